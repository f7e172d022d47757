"""Runs interleaved rounds of all candidates and writes down what each one cost.

It does not know how a candidate works. Every round starts each candidate anew, so that a moment of
noise hits one round of each and not all rounds of one.

    python -m bench.run [--peers NAMES|all] [--rounds N] [--quick] [--scenarios NAME,NAME] [--record]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench import calls, record
from bench.peers import vanguard
from bench.peers.contract import Candidate, Running, Site
from bench.peers.registry import ALWAYS, CANDIDATES, chosen
from bench.report import summary
from bench.report.result import Result, Round
from bench.rig import process, system_calls
from bench.rig.lab import Lab, lab, machine
from bench.rounds import QUICK, Amounts, Bench, BenchError
from bench.rounds import Round as CandidateRound
from bench.scenarios import SCENARIOS, Scenario, models

RESULTS = Path("bench/results")
_COUNTED = 200  # requests whose system calls are counted, fewer of slow candidates


@dataclass
class Run:
    """What is measured, and what has been."""

    bench: Bench
    lab: Lab
    names: list[str]
    boot: dict[str, str]
    rounds: list[Round] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    calls: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    def round(self, shown: str) -> None:
        """Every candidate once.

        Raises:
            BenchError: the gateway, nginx or the rig itself answered wrongly.
            TimeoutError: something did not start.
        """
        figures: Round = {}
        for name in self.names:
            began = time.monotonic()
            candidate = CANDIDATES[name]
            try:
                figures[name] = self._candidate(candidate)
            except (BenchError, TimeoutError) as error:
                if candidate.kind not in {"product", "framework"}:
                    raise
                self.failed[f"{name} all"] = str(error)
                print(f"  ! {name}: {error}", file=sys.stderr, flush=True)
                continue
            took = time.monotonic() - began
            print(f"  {shown} {name}: {summary.brief(figures[name])} ({took:.0f} s)", flush=True)
        self.rounds.append(figures)

    def _candidate(self, candidate: Candidate) -> dict[str, float]:
        running = candidate.start(self._site(self.lab.candidate_core))
        try:
            made = CandidateRound(self.bench, candidate, running)
            made.measure()
            self.failed |= {f"{candidate.name} {name}": why for name, why in made.failed.items()}
            if candidate.name not in self.calls and not system_calls.missing():
                self._count(candidate, running)
        finally:
            running.stop()
        for scenario in self.bench.scenarios:
            if scenario.workers > 1 and made.does(scenario):
                made.figures |= self._apart(candidate, scenario)
        return made.figures

    def _apart(self, candidate: Candidate, scenario: Scenario) -> dict[str, float]:
        """A scenario of several workers, which is no part of the candidate's other figures."""
        running = candidate.start(self._site(process.two_cores(), scenario.workers))
        try:
            made = CandidateRound(self.bench, candidate, running)
            made.apart(scenario)
        finally:
            running.stop()
        return made.figures

    def _site(self, core: int | str, workers: int = 1) -> Site:
        lab = self.lab
        return Site(lab.folder, core, lab.load_core, lab.upstreams, models(), self.boot, workers)

    def _count(self, candidate: Candidate, running: Running) -> None:
        try:
            requests = max(_COUNTED // 5, int(_COUNTED * candidate.scale))
            self.calls[candidate.name] = calls.counted(
                self.bench, running, self.lab.folder, requests
            )
        except (OSError, BenchError) as error:
            self.calls[candidate.name] = {}
            self.failed[f"{candidate.name} system calls"] = str(error)
            print(f"  ! {candidate.name} system calls: {error}", file=sys.stderr, flush=True)


def prepare(names: list[str]) -> dict[str, str]:
    """Installs what is missing; who cannot be had, and why.

    Raises:
        BenchError: one of those that always run cannot be had.
    """
    absent = {}
    for name in names:
        if reason := CANDIDATES[name].prepare():
            if name in ALWAYS:
                raise BenchError(reason)
            absent[name] = reason
            print(f"LEFT OUT: {name}: {reason}", file=sys.stderr, flush=True)
    return absent


def scenarios(asked: str) -> tuple[Scenario, ...]:
    """The named ones, or all.

    Raises:
        ValueError: one is not known.
    """
    if not asked:
        return SCENARIOS
    names = asked.split(",")
    known = {scenario.name: scenario for scenario in SCENARIOS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"no scenario {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(known[name] for name in names)


def measure(asked: argparse.Namespace) -> Result:
    """The whole run.

    Raises:
        BenchError: see `Run.round`.
        TimeoutError: something did not start.
        ValueError: an unknown candidate or scenario was asked for.
    """
    boot = dict(pair.split("=", 1) for pair in asked.boot)
    names, wanted = chosen(asked.peers), scenarios(asked.scenarios)
    absent = prepare(names)
    present = [name for name in names if name not in absent]
    if reason := system_calls.missing():
        print(f"LEFT OUT: system calls: {reason}", file=sys.stderr, flush=True)
    ran_on = machine()
    with lab() as made:
        if not made.upstreams.authority:
            wanted = tuple(scenario for scenario in wanted if "tls" not in scenario.needs)
            print("LEFT OUT: TLS: no certificate could be made", file=sys.stderr, flush=True)
        bench = Bench(QUICK if asked.quick else Amounts(), made.load_core, wanted)
        run = Run(bench, made, present, boot)
        try:
            for number in range(asked.rounds):
                run.round(f"round {number + 1}/{asked.rounds}")
        except (BenchError, TimeoutError):
            print(made.logs(), file=sys.stderr)
            raise
    return Result(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=ran_on,
        versions={name: CANDIDATES[name].version() for name in present},
        boot=boot,
        lent=not vanguard.alone(boot),
        kinds={name: CANDIDATES[name].kind for name in present},
        rounds=run.rounds,
        absent=absent,
        failed=run.failed,
        calls={name: made for name, made in run.calls.items() if made},
    )


def main(arguments: list[str]) -> int:
    """Measures, writes bench/results/, prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peers", default="", help="names, comma-separated, or all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a quarter of the load")
    parser.add_argument("--scenarios", default="", help="names, comma-separated; else all")
    parser.add_argument(
        "--boot", action="append", default=[], metavar="NAME=VALUE", help="of our own gateway"
    )
    parser.add_argument("--record", action="store_true", help="stand by this run: see bench.record")
    asked = parser.parse_args(arguments)
    try:
        result = measure(asked)
    except (BenchError, TimeoutError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    RESULTS.mkdir(parents=True, exist_ok=True)
    stamp = result.at.replace(":", "").replace("-", "")[:15]
    path = RESULTS / f"{stamp}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    print(f"\n{summary.text(result)}\nwritten to {path}")
    if asked.record:
        return record.main([str(path)])
    print(f"to stand by it: python -m bench.record {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
