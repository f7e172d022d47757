"""One client and one upstream in step around a gateway: nothing is sent before the last was received.

It does not know what is counted meanwhile. With at most one thing under way the gateway does the same
work in the same order each time, so that a count of instructions or system calls repeats.
"""

from __future__ import annotations

import socket
import ssl

from bench.load.requests import Ask, request_bytes
from bench.models import parse
from bench.upstream.answers import LAST_CHUNK, MARK, STREAM_HEAD, VOICES, chunk, whole

WAIT_S = 120  # a gateway under valgrind is fifty times slower
_READ = 1 << 20


class OutOfStepError(Exception):
    """The gateway said something else than expected, or nothing."""


def _receive(connection: socket.socket, enough: bytes) -> bytes:
    """Reads until the bytes `enough` are at the end or, for a number of them, all there."""
    data = bytearray()
    while not data.endswith(enough):
        _more(connection, data)
    return bytes(data)


def _more(connection: socket.socket, data: bytearray) -> None:
    piece = connection.recv(_READ)
    if not piece:
        raise OutOfStepError(f"the connection ended after {bytes(data[:300])!r}")
    data += piece


def _receive_message(connection: socket.socket) -> bytes:
    """A message whose length is in its head."""
    data = bytearray()
    while b"\r\n\r\n" not in data:
        _more(connection, data)
    head_end = data.index(b"\r\n\r\n") + 4
    for line in bytes(data[:head_end]).lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(data) < head_end + int(line.partition(b":")[2]):
                _more(connection, data)
            return bytes(data)
    raise OutOfStepError(f"no content-length in {bytes(data[:300])!r}")


class _Door:
    """A listener for the gateway; its connection is taken when it first comes."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(WAIT_S)
        self.port = int(self._listener.getsockname()[1])
        self._taken: socket.socket | None = None

    def take(self) -> socket.socket:
        """The gateway's connection."""
        if self._taken is None:
            taken, _ = self._listener.accept()
            taken.settimeout(WAIT_S)
            taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._taken = self._tls.wrap_socket(taken, server_side=True) if self._tls else taken
        return self._taken

    def close(self) -> None:
        """Hangs up."""
        for one in (self._taken, self._listener):
            if one is not None:
                one.close()


class Lockstep:
    """Client and upstream; with a TLS context the upstream listens behind TLS as well."""

    def __init__(self, key: str, tls: ssl.SSLContext | None = None) -> None:
        self._key = key
        self._plain = _Door()
        self._secret = _Door(tls) if tls is not None else self._plain
        self.port, self.tls_port = self._plain.port, self._secret.port
        self._client: socket.socket | None = None
        self._gateway_port = 0

    def connect(self, gateway_port: int) -> None:
        """Opens the client's connection."""
        self._gateway_port = gateway_port
        self._client = socket.create_connection(("127.0.0.1", gateway_port), timeout=WAIT_S)
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Hangs up on both sides."""
        for one in (self._client, self._plain, self._secret):
            if one is not None:
                one.close()

    def json(self, ask: Ask, count: int) -> None:
        """So many requests, each answered with JSON."""
        request = request_bytes(ask, self._gateway_port, self._key)
        model = parse(ask.model)
        answer = whole(VOICES[model.upstream])
        for _ in range(count):
            self._ask(request, tls=model.tls).sendall(answer)
            said = _receive_message(self._side())
            if not said.startswith(b"HTTP/1.1 200"):
                raise OutOfStepError(f"{ask}: {said[:300]!r}")

    def stream(self, ask: Ask, count: int) -> None:
        """So many streams; an event is sent when the one before has arrived.

        A gateway may hold the end of the text back (a guardrail does), so that what must have
        arrived after an event is only something; at the end, everything.
        """
        model = parse(ask.model)
        voice = VOICES[model.upstream]
        request = request_bytes(ask, self._gateway_port, self._key)
        for _ in range(count):
            upstream = self._ask(request, tls=model.tls)
            said = bytearray()
            upstream.sendall(STREAM_HEAD + chunk(voice.begin))
            for number in range(model.events):
                upstream.sendall(chunk(voice.events[number % len(voice.events)]))
                _more(self._side(), said)
            upstream.sendall(chunk(voice.end_usage) + LAST_CHUNK)
            while not said.endswith(LAST_CHUNK):
                _more(self._side(), said)
            if said.count(MARK) != model.events:
                raise OutOfStepError(f"{ask}: {said.count(MARK)} events, {bytes(said[:300])!r}")

    def _side(self) -> socket.socket:
        if self._client is None:
            raise OutOfStepError("connect first")
        return self._client

    def _ask(self, request: bytes, *, tls: bool) -> socket.socket:
        """Sends the request and waits until the upstream has it whole."""
        self._side().sendall(request)
        upstream = (self._secret if tls else self._plain).take()
        _receive_message(upstream)
        return upstream
