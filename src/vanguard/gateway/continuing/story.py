"""One streamed answer over several attempts: what the client has been given, and who may go on with it.

It does not know connections or journals. It exists only for models whose settings ask for continuations.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence

import msgspec

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.dialects.continuing.contract import Given
from vanguard.dialects.continuing.registry import CONTINUING
from vanguard.dialects.continuing.request import going_on, may_go_on
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.continuing.relay import ContinuedRelay
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.relay.contract import Relay
from vanguard.snapshot.model import Deployment

_TAG = "continuation"


class Story:
    """One answer.

    Args:
        exchange: the request as it came, input guardrails applied.
        limit_bytes: most text of it that is kept.

    Attributes:
        broke_off: what ended it before somebody went on; None as long as nobody has to.
    """

    broke_off: UpstreamError | None = None

    def __init__(self, exchange: Exchange, limit_bytes: int) -> None:
        self._exchange = exchange
        self._continuing = CONTINUING[exchange.door.dialect]
        self._body = exchange.body
        self._peek = exchange.peek
        # what earlier attempts have given, and with the present one's part
        self._before: Given = self._continuing.given(limit_bytes)
        self._given = self._before
        self._tokens = 0
        self._echo = ""
        self._count = 0
        self._relay: ContinuedRelay | None = None

    def tell(self, inner: Relay, deployment: Deployment) -> Relay:
        """A relay for one attempt, around the one that reaches the deployment."""
        self._given = copy.deepcopy(self._before)
        relay = ContinuedRelay(inner, self._given, self._passing)
        if self.broke_off is not None:
            splice = self._continuing.splice(self._before, self._echo, self._tokens)
            mark = self._continuing.mark(deployment.id)
            relay.go_on(splice, mark, deployment.continues, self.broke_off)
        self._relay = relay
        return relay

    def _passing(self, event: bytes) -> VanguardError | None:
        """The error that passes in an event, if others may go on in place of telling it."""
        try:
            DIALECTS[self._exchange.door.dialect].reader().event(event)
        except VanguardError as error:
            return error if self._may_go_on(error) else None
        return None

    def _may_go_on(self, error: VanguardError) -> bool:
        """Whether anybody could go on after such an error; where the budget has no room is found later."""
        exchange, given = self._exchange, self._given
        if self._count >= exchange.lane.continuations or not isinstance(error, UpstreamError):
            return False
        if not error.retryable or not given.sound or not given.text.strip():
            return False
        if self._relay is not None and self._relay.stopped():
            return False
        cap = self._peek.max_output_tokens
        if self._peek.answers > 1 or (cap is not None and self._tokens_so_far() >= cap):
            return False
        try:
            return may_go_on(DIALECTS[exchange.door.dialect].read_request(self._body))
        except VanguardError:
            # what passes through need not be what we can read
            return False

    def end(self) -> None:
        """Nobody goes on with it: lets go of the exchange and the relay, which hold it too."""
        self._exchange.story = self._relay = None
        # its trace may hold the relay too
        self.broke_off = None

    def _tokens_so_far(self) -> int:
        """What is charged for: as told, where that is more than there were events."""
        relay = self._relay
        if relay is None:
            return self._tokens
        told = relay.usage()
        return self._tokens + max(relay.tokens, told.output_tokens if told is not None else 0)

    def turn(self, error: VanguardError, index: int, ruled_out: Collection[str], most: int) -> bool:
        """Prepares the exchange for whoever goes on; returns whether anybody may.

        Args:
            error: what ended the attempt.
            index: of that attempt among the exchange's.
            ruled_out: ids of deployments that may not serve.
            most: attempts of one request in all.
        """
        exchange = self._exchange
        made = exchange.attempts[: index + 1]
        places = self._places(made[-1], exchange.attempts[index + 1 :], ruled_out)
        places = places[: max(0, most - len(made))]
        if not places or not isinstance(error, UpstreamError) or not self._may_go_on(error):
            return False
        self.broke_off = error
        self._count += 1
        self._tokens = self._tokens_so_far()
        self._before = self._given
        text = self._before.text
        shown = text.rstrip()
        self._echo = text[len(shown) :]
        exchange.attempts = (*made, *places)
        exchange.replace_body(going_on(self._body, shown, self._tokens))
        cap = self._peek.max_output_tokens
        rest = None if cap is None else cap - self._tokens
        exchange.peek = msgspec.structs.replace(self._peek, max_output_tokens=rest, short=None)
        exchange.cap_tokens = exchange.limit_tokens = None
        exchange.tags = {**exchange.tags, _TAG: str(self._count)}
        return True

    def _places(
        self, failed: Deployment, planned: Sequence[Deployment], ruled_out: Collection[str]
    ) -> tuple[Deployment, ...]:
        """Others that can go on, each once, in the order in which they would have been tried."""
        found = {one.id: one for one in (*planned, *self._exchange.lane.able) if one.continues}
        return tuple(
            one for one in found.values() if one.id != failed.id and one.id not in ruled_out
        )
