"""The workers that borrow, and the asks that wait, as the lender remembers them.

It does not know what is lent.
"""

from __future__ import annotations

from typing import NamedTuple

from vanguard.gateway.limits.protocol import Ask


class Reported(NamedTuple):
    """The part of a journal whose settlements its living worker has reported: from `begins` to `offset`."""

    begins: int
    offset: int


class Session:
    """One worker process.

    Attributes:
        expires_s: until then it may use what it holds of a minute.
        begins: where its own part of its journal begins; what lies before is not its to report.
        offset: of its journal, as of its last report.
        connected: whether it can be spoken to.
        dead: whether its process is gone, and its money waits for `recovered`.
        spent: what it has reported as spent, by scope.
        recalls: scopes of the recalls that it has not answered.
        flying: scopes of the grants that it has not reported.
    """

    def __init__(self, incarnation: str, journal: str, pid: int, begins: int = 0) -> None:
        self.incarnation = incarnation
        self.journal = journal
        self.pid = pid
        self.begins = begins
        self.expires_s = 0.0
        self.offset = 0
        self.connected = True
        self.dead = False
        self.burned = False
        self.grants = 0
        self.spent: dict[str, int] = {}
        self.recalls: dict[int, frozenset[str]] = {}
        self.flying: set[str] = set()


class Pending:
    """An ask that waits for others to give back what they do not use."""

    def __init__(self, session: Session, ask: Ask, deadline: float) -> None:
        self.session = session
        self.ask = ask
        self.deadline = deadline
        self.waits_for: set[int] = set()
        self.asked: set[tuple[str, str]] = set()
