"""Resolves credential references: `env:` at start, `file:` again whenever the file changes.

It does not know what a credential is for, and keeps none in a log.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vanguard.core.errors import UpstreamUnavailable
from vanguard.core.settings import environment

_LOOK_AGAIN_S = 1.0


class Credentials:
    """All resolved references of one process."""

    def __init__(self) -> None:
        # kinds of references whose secrets are made and renewed elsewhere, such as tokens
        self.minted: dict[str, Callable[[str], bytes]] = {}
        self._environment: dict[str, bytes] = {}
        self._files: dict[str, tuple[float, tuple[int, int, int], bytes]] = {}

    def resolve(self, reference: str, now: float) -> bytes:
        """The secret behind `env:NAME` or `file:/path`; empty for an empty reference.

        Args:
            reference: as in the snapshot.
            now: monotonic seconds; a file is looked at again at most once a second.

        Raises:
            UpstreamUnavailable: the variable is not set or the file cannot be read.
        """
        if not reference:
            return b""
        kind, _, name = reference.partition(":")
        if kind == "env":
            return self._from_environment(name)
        if kind == "file":
            return self._from_file(name, now)
        if kind in self.minted:
            return self.minted[kind](name)
        raise UpstreamUnavailable(f"credential reference of an unknown kind: '{kind}'")

    def _from_environment(self, name: str) -> bytes:
        known = self._environment.get(name)
        if known is not None:
            return known
        value = environment.read(name)
        if value is None:
            raise UpstreamUnavailable(
                f"the environment variable {name} with a credential is not set"
            )
        self._environment[name] = value.strip().encode()
        return self._environment[name]

    def _from_file(self, name: str, now: float) -> bytes:
        known = self._files.get(name)
        if known is not None and now - known[0] < _LOOK_AGAIN_S:
            return known[2]
        try:
            stat = Path(name).stat()
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if known is not None and known[1] == mark:
                secret = known[2]
            else:
                secret = Path(name).read_bytes().strip()
        except OSError as error:
            if known is not None:
                # a file being replaced is gone for a moment; the old secret may still do
                return known[2]
            raise UpstreamUnavailable(
                f"the credential file {name} cannot be read: {error.strerror}"
            ) from error
        if b"\n" in secret or b"\r" in secret:
            raise UpstreamUnavailable(f"the credential file {name} holds more than one line")
        self._files[name] = (now, mark, secret)
        return secret
