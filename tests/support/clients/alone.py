"""Runs a program where there is no network but one loopback port, which leads to one of ours.

A network namespace of Linux has a loopback of its own; what the program sends to the port in there
reaches the outside over a Unix socket, and nothing else has a way out.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

_SIOCSIFFLAGS = 0x8914
_UP = 0x1 | 0x40  # IFF_UP and IFF_RUNNING
_SOCKET = "out.sock"


class Alone:
    """Carries connections from inside to the port outside, for as long as its `with` lasts."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        self._path = folder / _SOCKET
        self.command: tuple[str, ...] = (
            *_unshare(),
            sys.executable,
            __file__,
            str(port),
            str(self._path),
        )

    def __enter__(self) -> Self:
        self._listener = socket.socket(socket.AF_UNIX)
        # the folders of tests have long names, those of sockets may not
        here = os.open(self._path.parent, os.O_RDONLY)
        self._listener.bind(f"/proc/self/fd/{here}/{_SOCKET}")
        os.close(here)
        self._listener.listen()
        self._thread = threading.Thread(target=_carry, args=(self._listener, self._dial))
        self._thread.start()
        return self

    def _dial(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port))

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def _unshare() -> list[str]:
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if (
            shutil.which("unshare")
            and not subprocess.run([*command, "true"], check=False).returncode
        ):
            return command
    pytest.skip("LEFT OUT: no network namespace may be made here")


def _carry(listener: socket.socket, dial: Callable[[], socket.socket]) -> None:
    pairs = []
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            break
        pairs.append(threading.Thread(target=_join, args=(near, dial()), daemon=True))
        pairs[-1].start()
    for pair in pairs:
        pair.join(10)


def _join(near: socket.socket, far: socket.socket) -> None:
    """Both ways until both ends are silent."""
    with near, far:
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _inside(port: int, path: str, command: list[str]) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP))

    def dial() -> socket.socket:
        out = socket.socket(socket.AF_UNIX)
        folder = os.open(Path(path).parent, os.O_RDONLY)
        out.connect(f"/proc/self/fd/{folder}/{Path(path).name}")
        os.close(folder)
        return out

    listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=_carry, args=(listener, dial), daemon=True).start()
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(_inside(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
