"""Resolves credential references: `env:` at start, `file:` again whenever the file changes.

It does not know what a credential is for, and keeps none in a log.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from vanguard.core.errors import UpstreamUnavailable
from vanguard.core.settings import environment

_LOOK_AGAIN_S = 1.0
_MOST_BYTES = 64 * 1024
_TOO_LARGE = f"is larger than {_MOST_BYTES // 1024} KiB"
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


class Credentials:
    """All resolved references of one process.

    Args:
        tell: told once why a reference cannot be resolved, or goes on with what it had before. A
            client hears no more than that it is so: names of files and variables are not its own.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        # kinds of references whose secrets are made and renewed elsewhere, such as tokens
        self.minted: dict[str, Callable[[str], bytes]] = {}
        self._tell = tell
        self._told: dict[str, str] = {}
        self._environment: dict[str, bytes] = {}
        self._files: dict[str, tuple[float, tuple[int, int, int], bytes]] = {}

    def resolve(self, reference: str, now: float, *, sent: bool = True) -> bytes:
        """The secret behind `env:NAME` or `file:/path`; empty for an empty reference.

        Args:
            reference: as in the snapshot.
            now: monotonic seconds; a file is looked at again at most once a second.
            sent: in a header, which holds one line; else it may be anything.

        Raises:
            UpstreamUnavailable: the variable is not set, the file cannot be read, or it holds no secret.
        """
        if not reference:
            return b""
        kind, _, name = reference.partition(":")
        if kind == "env":
            return self._from_environment(name, sent)
        if kind == "file":
            return self._from_file(name, now, sent)
        if kind in self.minted:
            return self.minted[kind](name)
        raise self._unusable(reference, "the reference is of an unknown kind")

    def _from_environment(self, name: str, sent: bool) -> bytes:
        known = self._environment.get(name)
        if known is not None:
            return known
        secret = (environment.read(name) or "").strip().encode()
        fault = _fault(secret, sent)
        if fault:
            raise self._unusable(f"env:{name}", fault)
        self._environment[name] = secret
        return secret

    def _from_file(self, name: str, now: float, sent: bool) -> bytes:
        known = self._files.get(name)
        if known is not None and now - known[0] < _LOOK_AGAIN_S:
            return known[2]
        path = Path(name).expanduser()
        try:
            stat = path.stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if known is not None and known[1] == mark:
                self._files[name] = (now, mark, known[2])
                return known[2]
            with path.open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
            secret = raw.strip()
            fault = _fault(secret, sent) if len(raw) <= _MOST_BYTES else _TOO_LARGE
        except OSError as error:
            fault = f"cannot be read: {error.strerror}"
        if not fault:
            self._told.pop(f"file:{name}", None)
            self._files[name] = (now, mark, secret)
            return secret
        unusable = self._unusable(f"file:{name}", fault)
        if known is None:
            raise unusable
        # a file that is replaced is gone or empty for a moment; the old secret may still do
        self._files[name] = (now, known[1], known[2])
        return known[2]

    def _unusable(self, reference: str, fault: str) -> UpstreamUnavailable:
        if self._told.get(reference) != fault:
            self._told[reference] = fault
            self._tell(f"{reference}: {fault}")
        return UpstreamUnavailable("a credential cannot be read; the gateway's log says which")


def _fault(secret: bytes, sent: bool) -> str:
    """Why that is no secret; empty where it is one."""
    if not secret:
        return "is not set, or empty"
    # it would end the header that it is sent in
    return (
        "holds more than one line, or a control character"
        if sent and _CONTROL.search(secret)
        else ""
    )
