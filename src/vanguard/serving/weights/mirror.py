"""Sources of whole files named by their digest: a folder, or a base URL.

They do not know what the file should contain; the shelf checks it.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from pathlib import Path
from typing import BinaryIO

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.catalog import Weights
from vanguard.serving.weights.digest import CHUNK_BYTES
from vanguard.serving.weights.source import Progress, Source

_READ_TIMEOUT_S = 30


def mirror(place: str) -> Source:
    """The source that a `mirror` setting names: an http(s) URL, or a folder."""
    if place.startswith(("http://", "https://")):
        return UrlMirror(place)
    return FolderMirror(Path(place.removeprefix("file://")).expanduser())


class FolderMirror:
    """A folder with `<sha256>.gguf` in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """For people."""
        return f"mirror {self._folder}"

    def room_bytes(self, weights: Weights) -> int:
        """The file."""
        return weights.size_bytes

    def fetch(self, weights: Weights, draft: Path, progress: Progress) -> None:
        """Copies the file: a link would let changes of the mirror's into the cache."""
        original = self._folder / f"{weights.digest}.gguf"
        try:
            with original.open("rb") as file, draft.open("wb") as out:
                _pour(file, out, weights.size_bytes, progress)
        except FileNotFoundError as error:
            raise WeightsUnavailable(f"no {original.name}") from error


class UrlMirror:
    """`<base>/<sha256>.gguf` over http(s); goes on where an earlier try was cut off."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")

    @property
    def name(self) -> str:
        """For people."""
        return f"mirror {self._base}"

    def room_bytes(self, weights: Weights) -> int:
        """The file."""
        return weights.size_bytes

    def fetch(self, weights: Weights, draft: Path, progress: Progress) -> None:
        """Downloads what the draft does not have yet."""
        have = draft.stat().st_size if draft.exists() else 0
        if have >= weights.size_bytes:
            have = 0
        url = f"{self._base}/{weights.digest}.gguf"
        headers = {"Range": f"bytes={have}-"} if have else {}
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http(s) only, by `mirror`
        try:
            with urllib.request.urlopen(request, timeout=_READ_TIMEOUT_S) as reply:  # noqa: S310
                resumed = reply.status == http.HTTPStatus.PARTIAL_CONTENT
                with draft.open("ab" if resumed else "wb") as out:
                    _pour(reply, out, weights.size_bytes, progress)
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                draft.unlink()
            raise WeightsUnavailable(f"{url} answers {error.code}") from error
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError) as error:
            raise WeightsUnavailable(f"{url}: {_reason(error)}") from error
        have = draft.stat().st_size
        if have < weights.size_bytes:  # stays there, to be gone on with
            raise WeightsUnavailable(f"{url} broke off after {have} of {weights.size_bytes} bytes")


def _pour(source: BinaryIO, out: BinaryIO, most_bytes: int, progress: Progress) -> None:
    """Copies to the end, but no more than a little beyond `most_bytes` in all."""
    done = out.tell()
    while chunk := source.read(CHUNK_BYTES):
        done += out.write(chunk)
        progress(min(done, most_bytes), most_bytes)
        if done > most_bytes:
            return  # too long to be right: the shelf will refuse it


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "")) or str(error) or type(error).__name__
