"""TLS servers of a process of their own that answer well, or break off in every way a peer can.

They know nothing of who asks: a request's path says what is to be done.

    POST /<kind>/<bytes of the answer>/<seed of the answer>
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import random
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vanguard.snapshot.model import UpstreamTls

_ATTEMPTS_S = 30
_RESET = struct.pack("ii", 1, 0)
# keep: kept alive; idle: closed a moment after; close, half: a said end, with and without a length
_WHOLE = ("keep", "keep", "keep", "idle", "close", "half", "slow", "early")
# ragged: an end that was not said; cut: fewer bytes than promised; reset: the socket torn down
BROKEN = frozenset({"ragged", "cut", "reset"})
KINDS = (*_WHOLE, *sorted(BROKEN))


def answer_body(size: int, seed: int) -> bytes:
    """What a request of that size and seed is answered with."""
    return random.Random(seed + 1).randbytes(size)


class Servers:
    """One server of TLS 1.2 and one of 1.3, in one process; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.trust = UpstreamTls(ca_file=str(folder / "ca.crt"))
        self.misnamed = UpstreamTls(ca_file=str(folder / "ca.crt"), server_name="other.example")
        self._counts = multiprocessing.get_context("spawn").Array("Q", 2)
        listeners = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in range(2)]
        self.ports = [one.getsockname()[1] for one in listeners]
        self._process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(listeners, folder, self._counts), daemon=True
        )
        self._listeners = listeners

    def __enter__(self) -> Servers:
        self._process.start()
        for one in self._listeners:
            one.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def handshakes(self) -> int:
        """Connections so far."""
        return int(self._counts[0])

    def resumed(self) -> int:
        """Those that resumed an earlier session."""
        return int(self._counts[1])


def _serve(listeners: list[socket.socket], folder: Path, counts: Any) -> None:
    versions = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    threads = []
    for listener, version in zip(listeners, versions, strict=True):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "upstream.crt", folder / "upstream.key")
        context.minimum_version = context.maximum_version = version
        threads.append(threading.Thread(target=_accept, args=(listener, context, counts)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _accept(listener: socket.socket, context: ssl.SSLContext, counts: Any) -> None:
    while True:
        sock, _ = listener.accept()
        sock.settimeout(_ATTEMPTS_S)
        threading.Thread(target=_connection, args=(sock, context, counts), daemon=True).start()


def _connection(sock: socket.socket, context: ssl.SSLContext, counts: Any) -> None:
    try:
        secure = context.wrap_socket(sock, server_side=True, suppress_ragged_eofs=False)
    except OSError:
        sock.close()
        return
    with counts.get_lock():
        counts[0] += 1
        counts[1] += bool(secure.session_reused)
    with contextlib.suppress(OSError, ValueError), secure:
        waiting = b""
        while (waiting := _exchange(secure, waiting)) is not None:
            pass


def _exchange(secure: ssl.SSLSocket, waiting: bytes) -> bytes | None:
    """One request and its answer; what was read beyond, None at the connection's end."""
    while b"\r\n\r\n" not in waiting:
        more = secure.recv(65_536)
        if not more:
            return None
        waiting += more
    head, _, body = waiting.partition(b"\r\n\r\n")
    _, kind, size, seed = head.split(b" ", 2)[1].decode().split("/")
    due = answer_body(int(size), int(seed))
    chance = random.Random(int(seed))
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    if kind == "early":
        # the answer's head goes out while the request is still coming
        secure.sendall(_head(due, kind, b"unread"))
    received = bytearray(body)
    while len(received) < length:
        if kind == "slow" and chance.random() < 0.2:
            time.sleep(0.01)
        more = secure.recv(min(65_536, length - len(received)))
        if not more:
            return None
        received += more
    if kind != "early":
        digest = hashlib.sha256(received[:length]).hexdigest().encode()
        secure.sendall(_head(due, kind, digest))
    broken = kind in {"cut", "reset"}
    _send_split(secure, due[: chance.randrange(len(due) + 1)] if broken else due, chance, kind)
    return _ENDS.get(kind, _keep)(secure, bytes(received[length:]))


def _head(due: bytes, kind: str, digest: bytes) -> bytes:
    lines = b"HTTP/1.1 200 OK\r\n"
    if kind in {"cut", "reset"}:
        lines += b"content-length: %d\r\n" % (len(due) + 1)
    elif kind not in {"half", "ragged"}:
        lines += b"content-length: %d\r\n" % len(due)
    if digest != b"unread":
        lines += b"x-received: %b\r\n" % digest
    return lines + b"\r\n"


def _send_split(secure: ssl.SSLSocket, data: bytes, chance: random.Random, kind: str) -> None:
    """In pieces of any size, each a record or more of its own."""
    view = memoryview(data)
    while view:
        size = chance.choice((1, 5, 512, 16_384, 16_385, 70_000, 1 << 20))
        secure.sendall(view[:size])
        view = view[size:]
        if kind == "slow" and chance.random() < 0.3:
            time.sleep(0.003)
        if size < 512:
            # a few bytes at a time would take for ever
            secure.sendall(view[:9_000])
            view = view[9_000:]


def _keep(_secure: ssl.SSLSocket, rest: bytes) -> bytes:
    return rest


def _said(secure: ssl.SSLSocket, _rest: bytes) -> None:
    with contextlib.suppress(OSError):
        secure.settimeout(2)
        secure.unwrap()


def _idle(secure: ssl.SSLSocket, rest: bytes) -> None:
    time.sleep(0.05)
    _said(secure, rest)


def _unsaid(secure: ssl.SSLSocket, _rest: bytes) -> None:
    secure.shutdown(socket.SHUT_WR)
    with contextlib.suppress(OSError):
        secure.settimeout(2)
        while secure.recv(65_536):
            pass


def _torn(secure: ssl.SSLSocket, _rest: bytes) -> None:
    secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    secure.close()


_ENDS: dict[str, Callable[[ssl.SSLSocket, bytes], bytes | None]] = {
    "idle": _idle,
    "close": _said,
    "half": _said,
    "ragged": _unsaid,
    "cut": _unsaid,
    "reset": _torn,
}
