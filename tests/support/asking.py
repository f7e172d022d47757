"""Services that give out credentials, played by a function of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs

from vanguard.core.errors import UpstreamError
from vanguard.gateway.http.origin import Origin
from vanguard.gateway.renewal.asking import Asker
from vanguard.gateway.renewal.keeper import Surroundings

NOW_S = 1_795_608_000.0  # 2026-11-25T12:00:00Z


class Told(NamedTuple):
    """One request, read."""

    origin: Origin
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    direct: bool

    @property
    def url(self) -> str:
        return f"{'https' if self.origin.tls else 'http'}://{self.origin.authority.decode()}{self.path}"

    @property
    def form(self) -> dict[str, str]:
        return {name: one for name, (one,) in parse_qs(self.body.decode()).items()}


def read(origin: Origin, data: bytes, *, direct: bool = False) -> Told:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, version = first.split(" ")
    assert version == "HTTP/1.1"
    headers = dict(line.split(": ", 1) for line in lines)
    assert int(headers.get("content-length", "0")) == len(body)
    assert headers["host"] == origin.authority.decode()
    return Told(origin, method, path, headers, body, direct)


class _UnderWay:
    def cancel(self) -> None:
        pass


# an answer, a failure, or None for silence
Answer = tuple[int, bytes] | UpstreamError | None


class World:
    """A clock, a log, and services that answer as the test says."""

    def __init__(self, answer: Callable[[Told], Answer] | None = None) -> None:
        self.now_s = NOW_S
        self.notes: list[str] = []
        self.asked: list[Told] = []
        self.answer = answer or (lambda told: None)
        self.sinks: list = []
        self.around = Surroundings(lambda: self.now_s, self.notes.append)
        self.asker = Asker(self._request, self._direct)

    def _request(self, origin, data, sink, *, direct=False):
        told = read(origin, data, direct=direct)
        self.asked.append(told)
        self.sinks.append(sink)
        answer = self.answer(told)
        if answer is not None:
            asyncio.get_running_loop().call_soon(self._tell, sink, answer)
        return _UnderWay()

    def _direct(self, origin, data, sink):
        return self._request(origin, data, sink, direct=True)

    def reply(self, answer: Answer) -> None:
        """Answers the last request by hand."""
        self._tell(self.sinks[-1], answer)

    def _tell(self, sink, answer) -> None:
        if isinstance(answer, UpstreamError):
            sink.fail(answer)
            return
        status, body = answer
        sink.head(status, [])
        sink.data(body)
        sink.end()


async def turns(count: int = 20) -> None:
    """Lets everything that is ready happen."""
    for _ in range(count):
        await asyncio.sleep(0)


def sts_answer(name: str = "ASIA1", expires: str = "2026-11-25T13:00:00Z") -> bytes:
    return (
        '<R xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Credentials>'
        f"<AccessKeyId>{name}</AccessKeyId><SecretAccessKey>secret-of-{name}</SecretAccessKey>"
        f"<SessionToken>token-of-{name}</SessionToken><Expiration>{expires}</Expiration>"
        "</Credentials></R>"
    ).encode()
