"""A relay whose answer may be the beginning or the rest of one that several deployments give.

It does not know who they are. What goes to the client is read in passing, in the client's own dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.dialects.continuing.contract import Given, Splice
from vanguard.dialects.continuing.request import told_to_go_on
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.wrappers.wrapper import RelayWrapper
from vanguard.wire.sse import Splitter


class ContinuedRelay(RelayWrapper):
    """Delegates to another relay.

    Args:
        inner: reaches the deployment.
        given: is shown what the client gets.
        may_go_on: the error of an event that tells one, where another could go on after it.
    """

    def __init__(
        self, inner: Relay, given: Given, may_go_on: Callable[[bytes], VanguardError | None]
    ) -> None:
        super().__init__(inner)
        self._given = given
        self._may_go_on = may_go_on
        self._splitter = Splitter()
        self._splice: Splice | None = None
        self._mark = self._way = self._before = b""
        self._broke_off: UpstreamError | None = None
        self._raised = False

    def go_on(self, splice: Splice, mark: bytes, way: str, broke_off: UpstreamError) -> None:
        """This is the rest of an answer.

        Args:
            splice: makes it one.
            mark: goes to the client before it.
            way: how the model is told to.
            broke_off: what ended the answer before.
        """
        self._splice, self._mark, self._broke_off = splice, mark, broke_off
        self._way = way.encode()

    def request_body(self) -> bytes:
        """The inner relay's body, where need be with the word to go on."""
        body = self._inner.request_body()
        return told_to_go_on(body) if self._way == b"continue_final_message" else body

    def feed(self, data: bytes) -> bytes:
        """The inner relay's events; without data, those before an error that was raised.

        Raises:
            UpstreamError: an in-band error after which another may go on.
        """
        if not data and self._before:
            before, self._before = self._before, b""
            return before
        return self._tell(self._inner.feed(data))

    def finish(self) -> bytes:
        """The inner relay's rest."""
        return self._tell(self._inner.finish())

    def _tell(self, out: bytes) -> bytes:
        events = self._splitter.feed(out) if out else []
        before = b""
        if events and self._inner.failed():
            place = max((at for at, one in enumerate(events) if b'"error"' in one), default=0)
            before, events = self._shown(events[:place]), events[place:]
            error = self._may_go_on(events[0])
            if error is not None:
                self._before, self._raised = before, True
                raise error
        return before + self._shown(events)

    def _shown(self, events: Sequence[bytes]) -> bytes:
        if self._splice is not None:
            events = [self._splice.event(one) for one in events]
        for one in events:
            self._given.saw(one)
        told = b"".join(events)
        if told and self._mark:
            told, self._mark = self._mark + told, b""
        return told

    @property
    def done(self) -> bool:
        """Whether the end was said; an error that was raised is none, though the inner relay has passed it on."""
        return self._inner.done and not self._raised

    def failure(self, status: int, body: bytes) -> VanguardError | bytes:
        """Of an answer that has begun, what ended it is told, not who would not go on with it."""
        if self._broke_off is not None:
            return self._broke_off
        return self._inner.failure(status, body)
