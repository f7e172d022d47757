"""Listening Unix sockets between the platform's own processes."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_BACKLOG = 256
"""Connections that may wait to be accepted."""


def listen_privately(path: Path) -> socket.socket:
    """A non-blocking listener that only its owner may enter; one left by a killed process is replaced.

    Args:
        path: the socket's file; its folder is there.

    Raises:
        OSError: the socket cannot be made; nothing is left open.
    """
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener
