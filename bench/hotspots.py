"""Shows where the gateway's processor time goes: a profile of one closed-loop run.

It does not measure: the profiler itself takes most of the time. Compare shares, not seconds;
`bench.instructions` counts.

    python -m bench.hotspots [--rows N] [--scenario NAME]
"""

from __future__ import annotations

import argparse
import sys
import time

from bench.peers.contract import KEY, Running
from bench.rig import gateway_home, lender, process
from bench.rig.lab import lab
from bench.rounds import Amounts, Bench, replace_total
from bench.run import scenarios
from bench.scenarios import models

_CODE = """\
import cProfile, pstats
from vanguard.compose.gateway_process import main
profile = cProfile.Profile()
profile.runcall(main, ["--boot", {boot!r}])
pstats.Stats(profile, stream=open({out!r}, "w")).sort_stats("tottime").print_stats({rows})
"""
_REQUESTS = 10_000


def main(arguments: list[str]) -> int:
    """Runs the load once and prints the functions that took longest themselves."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--scenario", default="json", help="a name of bench.scenarios")
    asked = parser.parse_args(arguments)
    (scenario,) = scenarios(asked.scenario)
    if scenario.workers > 1:
        parser.error("a profile is of one worker")
    with lab() as made:
        listener = process.listener()
        snapshot = gateway_home.snapshot(KEY, made.upstreams, models())
        home = made.folder / "home"
        (boot,) = gateway_home.make(home, listener.fileno(), snapshot)
        beside = [lender.start(home, made.load_core, made.folder / "lender.log")]
        out = made.folder / "profile.txt"
        began = time.monotonic()
        gateway = process.spawn(
            [sys.executable, "-c", _CODE.format(boot=str(boot), out=str(out), rows=asked.rows)],
            made.candidate_core,
            made.folder / "gateway.log",
            pass_fds=(listener.fileno(),),
        )
        running = Running("vanguard", listener.getsockname()[1], gateway, began, beside=beside)
        try:
            plan = scenario.plan(running, 1.0)
            if not scenario.streams and scenario.body == "small":
                plan = replace_total(plan, _REQUESTS)
            Bench(Amounts(), made.load_core).load(plan)
            lender.insist(home)
        finally:
            running.stop()
            listener.close()
        print(out.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
