"""The other end of one TLS connection: a script of blocking steps in a thread of its own."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

End = Literal["notify", "ragged", "half", "reset"]
PATIENCE_S = 20


@dataclass(frozen=True)
class Send:
    """Sends all of it, in writes of at most `piece` bytes."""

    data: bytes
    piece: int = 1 << 30


@dataclass(frozen=True)
class Read:
    """Reads that many bytes, pausing between reads."""

    count: int
    pause_s: float = 0.0


@dataclass
class Peer:
    """Serves one connection; `received` is what it read.

    `end`: `notify` says the end, `ragged` closes without a word, `half` closes its sending side
    without a word, `reset` resets.
    """

    context: ssl.SSLContext
    script: list[Send | Read]
    end: End = "notify"
    received: bytearray = field(default_factory=bytearray)
    failure: BaseException | None = None

    def __enter__(self) -> Peer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        self._listener.settimeout(PATIENCE_S)
        self.address = self._listener.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(PATIENCE_S)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        try:
            plain, _ = self._listener.accept()
            plain.settimeout(PATIENCE_S)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._welcome(plain) as tls:
                for step in self.script:
                    self._take(step, tls)
                self._finish(tls)
        except OSError as error:
            self.failure = error

    def _welcome(self, plain: socket.socket) -> ssl.SSLSocket:
        return self.context.wrap_socket(plain, server_side=True)

    def _take(self, step: Send | Read, tls: ssl.SSLSocket) -> None:
        if isinstance(step, Send):
            for start in range(0, len(step.data), step.piece):
                tls.sendall(step.data[start : start + step.piece])
            return
        wanted = len(self.received) + step.count
        while len(self.received) < wanted:
            piece = tls.recv(wanted - len(self.received))
            if not piece:
                raise ConnectionError("the other side ended early")
            self.received += piece
            time.sleep(step.pause_s)

    def _finish(self, tls: ssl.SSLSocket) -> None:
        if self.end == "notify":
            plain = tls.unwrap()
            while plain.recv(4096):
                pass
        elif self.end == "half":
            tls.shutdown(socket.SHUT_WR)
            while socket.socket.recv(tls, 4096):
                pass
        elif self.end == "reset":
            tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
