"""The platform under test: real processes, found and killed by what the kernel says of them.

It does not know the load. Its home may be a small file system of its own, which can be filled up.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from support.platform import Platform, eventually

HERE = Path(__file__).resolve().parent
HOME_MIB = 768
SETTINGS = """
log: {{level: warning}}
engine: {{embeddings: false}}
gateway: {{workers: {workers}, connect_s: 2, first_byte_s: 1.5, idle_s: 1.5, drain_s: 3}}
models:
"""
INPUT_PRICE, OUTPUT_PRICE = 3, 15  # micro-dollars a token, of the dearest deployment
PRICES = ("{input: 3, output: 15, cache_read: 0.3}", "{input: 2, output: 10, cache_read: 0.2}")
# model: the providers of its deployments, in their order
MODELS = {
    "chat": ("openai", "openai"),
    "msg": ("anthropic", "anthropic"),
    "mixed": ("openai", "anthropic"),
}


def settings(upstream_port: int, workers: int) -> str:
    """Three models with two deployments each; the first part of a path names the deployment."""
    lines = [SETTINGS.format(workers=workers)]
    for model, providers in MODELS.items():
        lines.append(f"  {model}:\n    deployments:\n")
        for index, provider in enumerate(providers):
            lines.append(
                f"      - provider: {provider}\n"
                f"        base_url: http://127.0.0.1:{upstream_port}/{model}{index}/v1\n"
                f"        model: scripted\n        api_key: env:SCRIPTED_KEY\n"
                f"        price: {PRICES[index]}\n"
                f"        max_output_tokens: 200\n        context_tokens: 8000\n"
            )
    return "".join(lines)


class Upstream:
    """The scripted upstream's process, and its book."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.book = folder / "upstream.jsonl"
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        words = ["--fd", str(listener.fileno()), "--book", str(self.book), "--seed", str(seed)]
        with listener, (folder / "upstream.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "support.chaos.upstream", *words],
                env={**os.environ, "PYTHONPATH": str(HERE.parent.parent)},
                pass_fds=(listener.fileno(),),
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()


class Clock:
    """The wall clock of the platform's processes: the machine's, moved by an offset."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.steps = 0
        path.write_bytes(bytes(8))

    def move(self, offset_s: float) -> None:
        """Steps it to so many seconds beside the machine's."""
        with self.path.open("r+b") as file:
            file.write(struct.pack("<q", int(offset_s * 1e9)))
        self.steps += 1

    def starts(self) -> dict[str, int]:
        """How often a process began with a monotonic clock of another origin, by the means."""
        path = Path(f"{self.path}.starts")
        lines = path.read_text().splitlines() if path.exists() else []
        return {line: lines.count(line) for line in set(lines)}


class ChaosPlatform(Platform):
    """`vanguard up` with bent processes, on a disk of its own."""

    ready_s = 90.0  # nothing is fetched, and who cannot start is started for ever here

    def __init__(
        self, folder: Path, upstream: Upstream, workers: int = 1, sabotage: str = ""
    ) -> None:
        super().__init__(folder, model="none", settings=settings(upstream.port, workers))
        self._upstream_port = upstream.port
        self.clock = Clock(folder / "clock")
        self.hold = folder / "hold-control"
        self.mounted = mount(self.home)
        self._ballast = self.home / "ballast"
        self._sabotage = sabotage
        self._workers = workers
        self._launches = 0
        self.port = 0

    def launch(self) -> None:
        """Starts it, on the same port as before if there was one."""
        if self._launches:
            (self.folder / "up.log").rename(self.folder / f"up-{self._launches}.log")
        self._launches += 1
        self.start(
            port=self.port,
            PYTHONPATH=str(HERE / "shim"),
            CHAOS_CLOCK=str(self.clock.path),
            CHAOS_HOLD=str(self.hold),
            # several workers are lent their limits by one process: they share its monotonic clock
            **({"CHAOS_MONOTONIC": "0"} if self._workers > 1 else {}),
            CHAOS_SABOTAGE=self._sabotage,
            SCRIPTED_KEY="sk-scripted",
        )
        self.port = int(self.base_url.rsplit(":", 1)[1])

    @property
    def pid(self) -> int:
        """The supervisor."""
        assert self._child is not None
        return self._child.pid

    def pids(self, role: str) -> list[int]:
        """Processes of one role that the supervisor keeps."""
        return [pid for pid, _, command in self._kin() if f"vanguard.compose.{role}_" in command]

    def zombies(self) -> int:
        """Children that have ended and that nobody has waited for."""
        return sum(state == "Z" for _, state, _ in self._kin())

    def _kin(self) -> Iterator[tuple[int, str, str]]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        for number in children.read_text().split() if children.exists() else []:
            with contextlib.suppress(OSError, IndexError):
                state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
                command = Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace")
                yield int(number), state, command

    def kill_role(self, role: str, most: int = 99) -> int:
        """Kills the processes of a role, or the `most` of them that are there first; how many."""
        pids = self.pids(role)[:most]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    def kill_all(self) -> None:
        """Kills the supervisor; the kernel ends its children with it."""
        pids = [pid for pid, *_ in self._kin()]
        os.kill(self.pid, signal.SIGKILL)
        assert self._child is not None
        self._child.wait()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))

    def ready(self) -> dict[str, object]:
        """What `/readyz` says, empty while nobody answers."""
        try:
            return dict(httpx.get(f"{self.base_url}/readyz", timeout=5).json())
        except (httpx.TransportError, json.JSONDecodeError):
            return {}

    def metric(self, name: str) -> float:
        """A family of `/metrics`, summed up over the workers."""
        lines = httpx.get(f"{self.base_url}/metrics", timeout=5).text.splitlines()
        found = [line for line in lines if line.startswith((name + " ", name + "{"))]
        if not found:
            raise KeyError(name)
        return sum(float(line.rsplit(" ", 1)[1]) for line in found)

    def descriptors(self, role: str) -> int:
        """Open files of a role's processes, connections kept to the upstream not counted."""
        kept = kept_sockets(self._upstream_port)
        found = 0
        for pid in self.pids(role):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):
                    found += str(entry.readlink()) not in kept
        return found

    def memory_kib(self, role: str) -> int:
        """Proportional memory of a role's processes."""
        total = 0
        for pid in self.pids(role):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(text.split("\nPss:", 1)[1].split()[0])
        return total

    # --- the disk ------------------------------------------------------------------------------

    def fill_disk(self) -> str:
        """Leaves the gateway nothing to write to; says by which means."""
        if self.mounted:
            with self._ballast.open("ab", buffering=0) as file:
                for size in (1 << 22, 1 << 16, 1 << 12, 1):
                    with contextlib.suppress(OSError):
                        while file.write(bytes(size)):
                            pass
            return "full file system (ENOSPC)"
        for pid in self.pids("gateway"):
            with contextlib.suppress(ProcessLookupError):
                limit = journal_bytes(self.home)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        return "file size limit (EFBIG)"

    def free_disk(self) -> None:
        """Undoes `fill_disk`."""
        self._ballast.unlink(missing_ok=True)
        if not self.mounted:
            free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            for pid in self.pids("gateway"):
                with contextlib.suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, free)

    def end(self, keep: Path | None) -> None:
        """Stops it; copies its home to `keep`, and takes its file system away."""
        self.hold.unlink(missing_ok=True)
        self.free_disk()
        try:
            self.stop()
        finally:
            if keep is not None:
                shutil.copytree(self.home, keep, ignore=shutil.ignore_patterns("*.sock"))
            if self.mounted:
                subprocess.run(["umount", "--lazy", str(self.home)], check=True)


def kept_sockets(port: int) -> set[str]:
    """Sockets that are connected to a port of this machine, as the kernel names them."""
    wanted = f":{port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {f"socket:[{words[9]}]" for words in lines if words[2].endswith(wanted)}


def journal_bytes(home: Path) -> int:
    """Size of the last segment of the longest journal."""
    segments = [path.stat().st_size for path in home.glob("journal/*/*.journal")]
    return max(segments, default=0)


def mount(home: Path) -> bool:
    """Gives the home a small file system of its own, where this user may."""
    home.mkdir(parents=True, mode=0o700)
    if os.environ.get("CHAOS_NO_MOUNT"):
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={HOME_MIB}m,mode=700", "tmpfs", str(home)]
    try:
        done = subprocess.run(command, check=False, capture_output=True)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        return False
    return done.returncode == 0


def wait_for(condition, within_s: float, what: str) -> None:
    """Waits, and says what it waited for when it was in vain."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError, json.JSONDecodeError, KeyError, OSError):
            if condition():
                return
        time.sleep(0.05)
    raise AssertionError(f"in vain: {what}")
