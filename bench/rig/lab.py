"""The rig of a run: a folder, an upstream in it, and the limits of this process raised.

It does not know candidates or load.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.rig import certificate, process
from bench.rig.gateway_home import Upstreams


@dataclass(frozen=True)
class Lab:
    """What a run stands on."""

    folder: Path
    upstreams: Upstreams
    candidate_core: int
    load_core: int
    upstream: subprocess.Popen[bytes]

    def logs(self) -> str:
        """The end of everything that was said, for whoever looks for a reason."""
        found = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2_000:]}" for log in found)


@contextmanager
def lab(*, tls: bool = True) -> Iterator[Lab]:
    """Starts the upstream; ends it and removes the folder afterwards."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    first, second, third = process.cores()
    with tempfile.TemporaryDirectory(prefix="vanguard-bench-") as temporary:
        folder = Path(temporary)
        command = [sys.executable, "-m", "bench.upstream", str(port := process.free_port())]
        authority, tls_port = "", 0
        if tls and not certificate.missing():
            authority, tls_port = str(certificate.make(folder)), process.free_port()
            command += [str(tls_port), str(folder)]
        upstream = process.spawn(command, third, folder / "upstream.log")
        try:
            process.wait_for_port(port, upstream)
            made = Upstreams(port, tls_port, authority)
            yield Lab(folder, made, first, second, upstream)
        finally:
            process.stop(upstream)


def machine() -> dict[str, str]:
    """What it ran on, without naming it."""
    said = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        said.setdefault(name.strip(), value.strip())
    cpu = said.get("model name", "unknown")
    if "cpu family" in said:
        # two of one name may differ by a third in what they do
        cpu += f" (family {said['cpu family']}, model {said.get('model', 'unknown')})"
    return {
        "cpu": cpu,
        "cores": str(len(os.sched_getaffinity(0))),
        "kernel": platform.release().partition("-")[0],
        "python": platform.python_version(),
        "load_average": f"{os.getloadavg()[0]:.2f}",
    }
