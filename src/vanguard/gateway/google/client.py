"""The client of a Google stream that did not ask for server-sent events: one JSON array.

It does not know what a chunk means: each event's data becomes an item, as soon as it is there.
"""

from __future__ import annotations

from vanguard.gateway.http.contract import Client
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.wrapped import WrappedClient
from vanguard.wire.sse import Splitter, event_data

_SSE_LINE = b"content-type: text/event-stream\r\n"
_JSON_LINE = b"content-type: application/json\r\n"


class ArrayClient(WrappedClient):
    """Hands on to the real client."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.send = client.send
        self._splitter = Splitter()
        self._begun = False

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
