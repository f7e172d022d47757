"""A real PostgreSQL server for a test session, and a fresh database in it for each test.

Root cannot run the server, so root lends it to the user that the package made; everybody else runs
it directly. Where there is no server the tests are skipped, saying so, and fail when CI is true.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

_numbers = count(1)


class PostgresServer:
    """A running server that listens on a Unix socket in its own folder."""

    def __init__(self, folder: Path, binaries: Path, user: str) -> None:
        self._folder = folder
        self._binaries = binaries
        self._user = user

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off -c max_connections=50"
        log = str(self._folder / "server.log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def initialise(self) -> None:
        arguments = ["-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", str(self._data), "-U", "vanguard", *arguments)

    def create_database(self) -> str:
        """Makes an empty database and returns its URL."""
        name = f"test_{next(_numbers)}"
        self._run("createdb", "-h", str(self._folder), "-U", "vanguard", name)
        return f"postgresql://vanguard@/{name}?host={quote(str(self._folder), safe='')}"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", self._user, "--", *command]
        done = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/"
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout.decode(errors='replace')}")


def find_binaries() -> Path | None:
    """Folder of the newest installed server's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Starts a server of its own; skips or fails where there is none."""
    binaries = find_binaries()
    if binaries is None:
        reason = "no PostgreSQL server: install the package `postgresql` to run these tests"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # Not under pytest's own folder: that is closed to the server's user when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="vg-pg-", dir="/tmp"))
    user = "postgres"
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    server = PostgresServer(folder, binaries, user)
    try:
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
