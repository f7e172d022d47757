"""The one value that travels through all steps of a request.

It does not know the steps; each of them fills in its part.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.core.journal import Status
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.gateway.doors import Door
from vanguard.gateway.http.contract import Client
from vanguard.gateway.http.messages import Hidden, Request
from vanguard.gateway.lane import Lane
from vanguard.gateway.limits import Chain, Reservation
from vanguard.gateway.logs import one_line, reason_of
from vanguard.gateway.metrics import Gaps
from vanguard.gateway.routing.router import Ask, Plan
from vanguard.gateway.routing.ticket import Ticket
from vanguard.gateway.state import View
from vanguard.snapshot.model import Deployment, Key, Model

_MODEL_CHARACTERS = 100


class Story(Protocol):
    """An answer with which another deployment may go on; `vanguard.gateway.continuing`.

    Attributes:
        broke_off: what ended it before somebody went on; None as long as nobody has to.
    """

    broke_off: UpstreamError | None

    def turn(self, error: VanguardError, index: int, ruled_out: Collection[str], most: int) -> bool:
        """Prepares the exchange for whoever goes on; returns whether anybody may."""

    def end(self) -> None:
        """The exchange is over; without a ring its body is freed at once and not at a collection."""


class Exchange:
    """One request on its way.

    Attributes:
        id: request id, shown to the client and kept in the ledger.
        arrived: monotonic seconds; `arrived_ms` the same moment in wall time.
        view: the snapshot that serves this request to its end.
        body: the client's body, after input guardrails.
        key, chain: set by authenticate.
        peek, lane, model, reservation: set by admit.
        cap_tokens: output cap put into the request where the client named none and a budget needs one.
        limit_tokens: output tokens after which a budget cuts the answer, for all choices together.
        attempts: deployments to try in order, set by route.
        ask: what routing sees of the request; None where there is nothing to choose.
        waits: the plan by which the request would wait for a quota; None where it need not. Set by route.
        ticket: what the present attempt owes to the router; None where it learns nothing.
        hidden: what the present attempt's upstream was sent, or knows, and the client may not see.
        lines: lines for the response's head gathered on the way, each with its CRLF.
        story: its answer where others may go on with it; None where that was not asked for.
        refused: deployments that have refused it for good.
        renewed: deployments that did not take a credential which was then had anew.
        lost: names of what a stream has held and the client's API has no place for.
        status: how the last attempt was settled; `failed` when none had an answer.
    """

    key: Key
    chain: Chain
    peek: Peek
    lane: Lane
    model: Model
    tags: dict[str, str]

    # what is set at once, and what few requests look at, stands here and not in `__init__`
    id = ""
    arrived = 0.0
    arrived_ms = 0
    story: Story | None = None
    refused: frozenset[str] = frozenset()
    renewed: frozenset[str] = frozenset()
    waits: Plan | None = None
    hidden = Hidden()
    strict = False
    _media: bool | None = None

    def __init__(self, request: Request, client: Client, door: Door, view: View) -> None:
        self.request = request
        self.client = client
        self.door = door
        self.view = view
        self.body = request.body
        self.ask: Ask | None = None
        self.ticket: Ticket | None = None
        self.cap_tokens: int | None = None
        self.limit_tokens: int | None = None
        self.reservation: Reservation | None = None
        self.attempts: tuple[Deployment, ...] = ()
        self.lines = b""
        self.session = ""
        self.lost: tuple[str, ...] = ()
        self.status: Status = "failed"

    def replace_body(self, body: bytes) -> None:
        """A guardrail masked something."""
        if body is not self.body:
            self.body = body
            self._media = None

    def asked(self) -> dict[str, str]:
        """Who asks for which model, as far as that is known by now: for the line of a refusal."""
        found = {}
        if (key := getattr(self, "key", None)) is not None:
            found["key"] = key.id
        if (peek := getattr(self, "peek", None)) is not None:
            found["model"] = one_line(peek.model, _MODEL_CHARACTERS)
        return found

    def told(self, error: VanguardError) -> VanguardError:
        """Of an answer that has begun, what ended it is told, not who would not go on with it."""
        broke_off = self.story.broke_off if self.story is not None else None
        return broke_off or error

    def first_token(self, outcome: Outcome, now: float) -> Gaps:
        """The first token of a stream came, at monotonic seconds; for the gaps before those that follow."""
        waited = now - self.arrived
        outcome.first_token_ms = int(waited * 1000)
        self.lane.meter.first_token.observe(waited)
        if self.ticket is not None:
            self.ticket.token(now)
        return Gaps(self.lane.meter.between_tokens, now)

    def has_media(self) -> bool:
        """Whether pictures or files may be in the body; looked up once."""
        if self._media is None:
            self._media = PASS_THROUGHS[self.door.dialect].has_media(self.body)
        return self._media


class Outcome:
    """How one attempt ended, for the ledger; `last` where the exchange ends with it.

    Attributes:
        reason: why it failed, for the log alone; empty where that is not known, or not to be logged.
    """

    # of failures alone
    reason = ""

    def __init__(self, deployment: Deployment, attempt: int) -> None:
        self.deployment = deployment
        self.attempt = attempt
        self.status: Status = "failed"
        self.http_status = 0
        self.error = ""
        self.usage: Usage | None = None
        self.first_token_ms = -1
        self.last = False

    def failed(self, error: VanguardError) -> None:
        """It had no answer."""
        self.status, self.error, self.reason = "failed", error.code, reason_of(error)
