"""The client of a Google stream that did not ask for server-sent events: one JSON array.

It does not know what a chunk means: each event's data becomes an item, as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.gateway.exchange import Client
from vanguard.gateway.http.messages import Headers
from vanguard.wire.sse import Splitter, event_data

_SSE_LINE = b"content-type: text/event-stream\r\n"
_JSON_LINE = b"content-type: application/json\r\n"


class ArrayClient:
    """Hands on to the real client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._splitter = Splitter()
        self._begun = False
        self.send = client.send
        self.abort = client.abort

    @property
    def on_disconnect(self) -> Callable[[], None] | None:
        """As the client's."""
        return self._client.on_disconnect

    @on_disconnect.setter
    def on_disconnect(self, value: Callable[[], None] | None) -> None:
        self._client.on_disconnect = value

    @property
    def on_writable(self) -> Callable[[bool], None] | None:
        """As the client's."""
        return self._client.on_writable

    @on_writable.setter
    def on_writable(self, value: Callable[[bool], None] | None) -> None:
        self._client.on_writable = value

    @property
    def on_deadline(self) -> Callable[[], None] | None:
        """As the client's."""
        return self._client.on_deadline

    @on_deadline.setter
    def on_deadline(self, value: Callable[[], None] | None) -> None:
        self._client.on_deadline = value

    def start(self, status: int, headers: Headers | bytes) -> None:
        """The head of the stream, which is a JSON text here."""
        if isinstance(headers, bytes):
            headers = headers.replace(_SSE_LINE, _JSON_LINE, 1)
        self._client.start(status, headers)

    def write(self, data: bytes) -> None:
        """Events; what is none, such as a ping, becomes white space."""
        out = []
        for event in self._splitter.feed(data):
            item = event_data(event).strip()
            if item:
                out.append((b",\r\n" if self._begun else b"[") + item)
                self._begun = True
            else:
                out.append(b"\n")
        self._client.write(b"".join(out))

    def end(self) -> None:
        """The end of the array."""
        self._client.write(b"]" if self._begun else b"[]")
        self._client.end()
