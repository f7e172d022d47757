"""Stands between a client and the gateway and writes down both sides, byte for byte."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field

from support.clients.http_double import HttpDouble, Reply
from support.clients.turns import Asked

_OF_ONE_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host"}


@dataclass
class Passed:
    """One request and the answer that it got."""

    asked: Asked
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Tap(HttpDouble):
    """Forwards everything to one address on this machine."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._address = base_url.rstrip("/").removeprefix("http://")
        self.passed: list[Passed] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, asked: Asked) -> Reply:
        passed = Passed(asked)
        self.passed.append(passed)
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {name: value for name, value in asked.headers.items() if name not in _OF_ONE_HOP}
        connection.request(asked.method, asked.path, asked.body, headers)
        answer = connection.getresponse()
        passed.status = answer.status
        passed.headers = {name.lower(): value for name, value in answer.getheaders()}
        kept = tuple((n, v) for n, v in passed.headers.items() if n not in _OF_ONE_HOP)
        length = answer.getheader("content-length")
        pieces = _pieces(connection, answer, passed)
        return Reply(answer.status, kept, pieces, None if length is None else int(length))

    def calls(self, path: str) -> list[Passed]:
        """What passed to a path, its query left out."""
        return [one for one in self.passed if one.asked.path.partition("?")[0] == path]


def _pieces(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, passed: Passed
) -> Iterator[bytes]:
    try:
        while piece := answer.read1(65_536):
            passed.body += piece
            yield piece
    finally:
        connection.close()


class Fence(HttpDouble):
    """The only way out that a client is given: a proxy that leads nowhere and remembers who asked."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    def answer(self, asked: Asked) -> Reply:
        self.refused.append(f"{asked.method} {asked.path}")
        return Reply.json(403, {"error": "this test has no way out"})

    def environment(self) -> dict[str, str]:
        """Variables that send everything but loopback here."""
        url = f"http://127.0.0.1:{self.port}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")
        here = "127.0.0.1,localhost"
        return {**dict.fromkeys(names, url), "NO_PROXY": here, "no_proxy": here}
