"""Accounts as the router knows them, and three ways to spread requests over them.

They do not know the trace. `Affine` is the router of the gateway itself, with its plan, its tickets and its
hashing of bodies; the others are what it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple, Protocol

from bench.routing.provider import Answer, Direct, Reserving
from bench.routing.trace import MAX_TOKENS, Turn
from vanguard.gateway.call.charged import estimate_input_tokens
from vanguard.gateway.routing.course import Course
from vanguard.gateway.routing.health import Health
from vanguard.gateway.routing.quota.account import NOTHING
from vanguard.gateway.routing.quota.line import Later, Line, Place
from vanguard.gateway.routing.router import Ask, Plan, Router
from vanguard.gateway.routing.ticket import Ticket
from vanguard.gateway.routing.warmth.prefix import read_prefix
from vanguard.snapshot.model import Deployment, Model, Quota, Routing


@dataclass(frozen=True)
class Account:
    """A deployment and the provider behind it."""

    deployment: Deployment
    provider: Direct


class Held(Protocol):
    """What a request under way owes to whoever sent it."""

    def first(self, answer: Answer, now: float) -> None:
        """The answer's head, and when its first token came."""

    def refused(self, answer: Answer, now: float) -> None:
        """429."""

    def end(self, answer: Answer, now: float) -> None:
        """The answer has ended."""


class Way(Protocol):
    """How requests are spread.

    Attributes:
        spilled: requests that did not go where most of them was believed to be warm.
        line: of those that wait; None where none does.
    """

    spilled: int
    line: Line | None

    def begin(self, later: Later, clock: Callable[[], float]) -> None:
        """A day begins; the line is told the time by these."""

    def order(self, turn: Turn, now: float, patience_s: float) -> Sequence[Account]:
        """The accounts, as they are tried; the request may be kept for so long before."""

    @property
    def pause_s(self) -> float:
        """How long the gateway keeps the request of the last `order` before it sends it."""

    @property
    def place(self) -> Place:
        """Where that waits."""

    @property
    def crowded(self) -> bool:
        """Whether others wait there already."""

    def hold(self, account: Account, now: float) -> Held:
        """The request of the last `order` goes to an account."""


# those that reserve whole inputs and caps must allow several times as much for the same work
_RESERVED = 4.0


class Quotas(NamedTuple):
    """What each account allows in a minute; tokens are input tokens, without cache reads."""

    tokens: float
    requests: float


ENDLESS = Quotas(1e12, 1e12)


def accounts(quotas: Quotas) -> list[Account]:
    """Two that tell what is left and do not count cache reads, and two that tell nothing and reserve."""
    made = []
    for number, reserves in enumerate((False, False, True, True)):
        limit = quotas.tokens * (_RESERVED if reserves else 1)
        quota = Quota(counting="used")
        if reserves:
            quota = Quota(
                requests_per_minute=int(quotas.requests),
                tokens_per_minute=int(limit),
                counting="reserved",
                output_burndown=5,
            )
        deployment = Deployment(
            id=f"m/{number}",
            provider="simulated",
            dialect="anthropic_messages",
            base_url="http://127.0.0.1:1/v1",
            model="simulated",
            account=f"account {number}",
            quota=quota,
        )
        kind = Reserving if reserves else Direct
        provider = kind(limit, quotas.requests)
        made.append(Account(deployment, provider))
    return made


class _Nothing:
    def first(self, answer: Answer, now: float) -> None:
        """Nobody learns from it."""

    refused = end = first


class RoundRobin:
    """Each account in its turn, the next one after a 429."""

    pause_s = 0.0
    place = Place("", NOTHING, 0.0)
    crowded = False

    def __init__(self, places: Sequence[Account]) -> None:
        self._places = list(places)
        self._next = 0
        self.spilled = 0
        self.line: Line | None = None

    def begin(self, later: Later, clock: Callable[[], float]) -> None:
        """Nobody waits."""

    def order(self, turn: Turn, now: float, patience_s: float) -> Sequence[Account]:
        """The next in turn, then those after it."""
        del turn, now, patience_s
        self._next = (self._next + 1) % len(self._places)
        return self._places[self._next :] + self._places[: self._next]

    def hold(self, account: Account, now: float) -> Held:
        """Nobody learns."""
        del account, now
        return _Nothing()


class _Ticketed:
    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket

    def first(self, answer: Answer, now: float) -> None:
        self._ticket.head(answer.status, answer.headers, now)
        self._ticket.token(now + answer.first_token_s)

    def refused(self, answer: Answer, now: float) -> None:
        self._ticket.head(answer.status, answer.headers, now)
        self._ticket.refused(answer.wait_s, now)
        self._ticket.end(now)

    def end(self, answer: Answer, now: float) -> None:
        self._ticket.end(now, answer.usage, well=True)


class Affine:
    """The gateway's router."""

    def __init__(self, places: Sequence[Account], routing: Routing, seed: int) -> None:
        self._places = {one.deployment.id: one for one in places}
        able = [one.deployment for one in places]
        model = Model("m", "chat", tuple(self._places), routing=routing)
        self._course = Course(model, able, len(able), ())
        self._router = Router(Health(), Random(seed))
        self._router.forget(able)
        self._ask = Ask(0)
        self.spilled = 0
        self.pause_s = 0.0
        self.place = Place("", NOTHING, 0.0)
        self.crowded = False
        self.line: Line | None = None

    def begin(self, later: Later, clock: Callable[[], float]) -> None:
        """The gateway's line, by the clock of the day."""
        self.line = self._router.line = Line(later, clock)

    def order(self, turn: Turn, now: float, patience_s: float) -> Sequence[Account]:
        """As the gateway plans it."""
        prefix = read_prefix(turn.body, "org") if self._course.reads_prefix else None
        tokens = estimate_input_tokens(turn.body)
        self._ask = Ask(
            tokens, MAX_TOKENS, stream=True, prefix=prefix, patience_s=max(0.0, patience_s)
        )
        plan = self._router.plan(self._course, self._ask, now)
        self.pause_s, self.place, self.crowded = plan.pause_s, plan.place, plan.crowded
        self.spilled += _spills(plan)
        attempts = plan.attempts(len(self._places))
        return [self._places[one.id] for one in attempts]

    def hold(self, account: Account, now: float) -> Held:
        """The ticket of the attempt."""
        ticket = self._router.begin(self._course, self._ask, account.deployment, now)
        return _Ticketed(ticket)


def _spills(plan: Plan) -> bool:
    """Counted when it is sent, not while it waits."""
    warmest = max(one.warm for one in plan.choices)
    return not plan.pause_s and plan.choices[0].warm < warmest
