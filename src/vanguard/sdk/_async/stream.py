"""One streamed answer, as its pieces arrive.

It does not know where the bytes come from.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from vanguard.core.clock import Clock
from vanguard.core.errors import InvalidRequest
from vanguard.sdk._async.http import AsyncHttp, request_id
from vanguard.sdk.replies import Collector
from vanguard.sdk.values import ChatReply, Delta
from vanguard.wire.sse import Splitter


class AsyncChatStream:
    """Yields each piece of text as it comes; afterwards `reply` is the whole answer.

    The request is sent when the first piece is asked for. Leaving early closes the connection; the
    server charges what the model had produced by then.
    """

    def __init__(self, http: AsyncHttp, body: bytes, clock: Clock) -> None:
        self._http = http
        self._body = body
        self._clock = clock
        self._collected: Collector | None = None
        self._reply: ChatReply | None = None

    async def __aiter__(self) -> AsyncIterator[Delta]:
        """The pieces.

        Raises:
            VanguardError: what the server answered; in the middle too, when the stream breaks.
            InvalidRequest: iterated a second time.
        """
        if self._collected is not None:
            raise InvalidRequest("a stream can be read once; ask again for another answer")
        self._collected = collected = Collector(self._clock.monotonic())
        splitter = Splitter()
        async with self._http.streamed_call("/v1/chat/completions", self._body) as response:
            collected.request_id = request_id(response)
            async for data in response.aiter_bytes():
                for raw in splitter.feed(data):
                    delta = collected.event(raw, self._clock.monotonic())
                    if delta is not None:
                        yield delta
        self._reply = collected.end(self._clock.monotonic())

    @property
    def reply(self) -> ChatReply:
        """The whole answer with usage and timings; what has come so far, when it was left early.

        Raises:
            InvalidRequest: nothing was read yet.
        """
        if self._reply is not None:
            return self._reply
        if self._collected is None:
            raise InvalidRequest("read the stream first; its reply is known afterwards")
        return self._collected.reply(self._clock.monotonic())
