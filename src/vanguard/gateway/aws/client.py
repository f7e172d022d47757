"""The client of an AWS door: what it is answered has the heads that AWS's SDKs read.

It does not know bodies or frames: those are the dialects'.
"""

from __future__ import annotations

import re

from vanguard.gateway.http.contract import Client
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.wrapped import WrappedClient

_SSE_LINE = b"content-type: text/event-stream\r\n"
# the second line names the type of what is in an InvokeModel stream's chunks
_FRAMES_LINE = (
    b"content-type: application/vnd.amazon.eventstream\r\n"
    b"x-amzn-bedrock-content-type: application/json\r\n"
)
_REQUEST_ID = re.compile(rb"(?:^|\n)x-request-id: ([^\r\n]*)\r\n")


class AwsClient(WrappedClient):
    """Hands on to the real client."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.write = client.write
        self.end = client.end

    def send(self, status: int, headers: Headers | bytes, body: bytes) -> None:
        """A whole answer."""
        self._client.send(status, _named(headers), body)

    def start(self, status: int, headers: Headers | bytes) -> None:
        """The head of a stream, which is one of frames here."""
        lines = _named(headers)
        if isinstance(lines, bytes):
            lines = lines.replace(_SSE_LINE, _FRAMES_LINE, 1)
        self._client.start(status, lines)


def _named(headers: Headers | bytes) -> Headers | bytes:
    """The request id under the name that AWS's SDKs read, too."""
    if not isinstance(headers, bytes):
        return headers
    found = _REQUEST_ID.search(headers)
    return headers if found is None else headers + b"x-amzn-requestid: %b\r\n" % found[1]
