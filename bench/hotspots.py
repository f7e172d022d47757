"""Shows where the gateway's processor time goes: a profile of one closed-loop run.

It does not measure: the profiler itself takes most of the time. Compare shares, not seconds.

    python -m bench.hotspots [ROWS]
"""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from pathlib import Path

from bench.candidates import KEY
from bench.load.drive import Plan
from bench.models import parse
from bench.rig import gateway_home, process
from bench.run import Amounts, Bench

_CODE = """\
import cProfile, pstats
from vanguard.compose.gateway_process import main
profile = cProfile.Profile()
profile.runcall(main, ["--boot", {boot!r}])
pstats.Stats(profile, stream=open({out!r}, "w")).sort_stats("tottime").print_stats({rows})
"""


def main(rows: int) -> int:
    """Runs the load once and prints the functions that took longest themselves."""
    first, second, third = process.cores()
    port = process.free_port()
    with tempfile.TemporaryDirectory(prefix="vanguard-bench-") as temporary:
        folder = Path(temporary)
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        listener.set_inheritable(True)
        upstream = process.spawn(
            [sys.executable, "-m", "bench.upstream", str(port)], third, folder / "mock.log"
        )
        models = (parse("openai-json"),)
        made = gateway_home.snapshot(KEY, gateway_home.Upstreams(port), models)
        boot = gateway_home.make(folder / "home", listener.fileno(), made)
        out = folder / "profile.txt"
        code = _CODE.format(boot=str(boot), out=str(out), rows=rows)
        gateway = process.spawn(
            [sys.executable, "-c", code], first, folder / "log", pass_fds=(listener.fileno(),)
        )
        try:
            time.sleep(1.5)
            plan = Plan("closed", listener.getsockname()[1], KEY, "openai-json", total=10_000)
            Bench(Amounts(), first, second, port).load(plan)
        finally:
            process.stop(gateway)
            process.stop(upstream)
            listener.close()
        print(out.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
