"""The client's side of one exchange: what has been sent, and whether anybody still listens.

It does not know upstreams. A stream's head and first events are held until the first token, so that
another deployment may still take over without the client noticing.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.core.errors import VanguardError
from vanguard.gateway.accounting.ledger import Ledger
from vanguard.gateway.http.contract import Client

_HELD_BYTES = 1024 * 1024
# no-transform: a network between must not compress or re-chunk events (RFC 9111, 5.2.2.6)
_STREAM_LINES = (
    b"content-type: text/event-stream\r\n"
    b"cache-control: no-cache, no-transform\r\n"
    b"x-accel-buffering: no\r\n"
)
_JSON_LINES = b"content-type: application/json\r\n"


class Answer:
    """Write-once: after `send`, `end` or `leave` nothing more goes out.

    Attributes:
        open: somebody listens and the answer has not ended.
        begun: the head of a stream is out, so an error can only be told within it.
        committed: a token is out too, so failing over is no longer free.
        writes: how often something was written, to see whether it is silent.
    """

    # what a whole answer does not look at stands here and not in `__init__`
    _held: list[bytes] | None = None
    _held_bytes = 0
    begun = committed = False
    writes = 0

    def __init__(self, client: Client) -> None:
        self._client = client
        self._dammed: list[tuple[Callable[..., None], tuple[object, ...]]] | None = None
        self._whole: tuple[bytes, bytes, Callable[[], None]] | None = None
        self.open = True

    def dam(self, ledger: Ledger) -> None:
        """Keeps back what follows until the ledger has written what it was handed so far."""
        if self._dammed is None:
            self._dammed = []
            ledger.after(self._release)

    def _release(self) -> None:
        dammed, self._dammed = self._dammed, None
        try:
            for step, arguments in dammed or ():
                step(*arguments)
        except Exception:
            # what is left of the answer will never come
            self._client.abort()
            raise

    def do(self, step: Callable[..., None], *arguments: object) -> None:
        """Takes a step towards the client, now or when the dam is open."""
        if self._dammed is None:
            step(*arguments)
        else:
            self._dammed.append((step, arguments))

    def send(self, status: int, lines: bytes, body: bytes) -> None:
        """A whole answer; `lines` are more lines for its head."""
        if self.open:
            self.open = False
            self.do(self._client.send, status, _JSON_LINES + lines, body)

    def send_behind(
        self, ledger: Ledger, lines: bytes, body: bytes, over: Callable[[], None]
    ) -> None:
        """The same with status 200, when the ledger has written what it was handed so far; then it is over."""
        if self.open:
            self.open = False
            self._whole = _JSON_LINES + lines, body, over
            ledger.after(self._send_whole)
        else:
            ledger.after(over)

    def _send_whole(self) -> None:
        if self._whole is not None:
            lines, body, over = self._whole
            self._whole = None
            try:
                self._client.send(200, lines, body)
            except Exception:
                self._client.abort()
                raise
            finally:
                over()

    def hold(self, data: bytes) -> bool:
        """Keeps events from before the first token; returns whether too much is held."""
        if self._held is None:
            self._held = []
        self._held.append(data)
        self._held_bytes += len(data)
        return self._held_bytes > _HELD_BYTES

    def discard(self) -> None:
        """Forgets what is held: its upstream failed."""
        self._held = None
        self._held_bytes = 0

    def commit(self, lines: bytes) -> None:
        """Sends the head of a stream and what was held."""
        self.begin(lines)
        self.committed = True
        self.write(b"".join(self._held or ()))
        self.discard()

    def begin(self, lines: bytes) -> None:
        """Sends the head of a stream, unless it is out; another upstream may still take over."""
        if self.open and not self.begun:
            self.begun = True
            self.do(self._client.start, 200, _STREAM_LINES + lines)

    def write(self, data: bytes) -> None:
        """Events of a stream that has begun."""
        if not self.open or not data:
            return
        self.writes += 1
        if self._dammed is None:
            self._client.write(data)
        else:
            self.do(self._client.write, data)

    def through(self, reword: Callable[[bytes], bytes] | None) -> Callable[[bytes], None]:
        """Writes an event, reworded where told to, with no question asked.

        To be used while `committed`, `open` and not dammed, and to be counted in `writes`.
        """
        write = self._client.write
        return write if reword is None else lambda event: write(reword(event))

    def chunks(self) -> Callable[[bytes], None] | None:
        """The same for an event framed as one chunk; None where the client gets no chunks."""
        return self._client.chunks()

    def end(self, data: bytes = b"") -> None:
        """The last events of a stream that has begun."""
        if self.open:
            self.open = False
            self.do(self._client.write, data)
            self.do(self._client.end)

    def fail(
        self,
        error: VanguardError,
        event: Callable[[], bytes],
        refuse: Callable[[VanguardError], None],
    ) -> None:
        """An error in place of what is still owed: `event` tells it within a stream, `refuse` instead of one."""
        if self.begun:
            self.end(event())
        elif self.open:
            self.open = False
            self.do(refuse, error)

    def leave(self) -> None:
        """The client has gone."""
        self.open = False
