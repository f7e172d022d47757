"""Runs interleaved rounds of all candidates and writes down what each one cost.

It does not know how a candidate works. Every round starts each candidate anew, so that a moment of
noise hits one round of each and not all rounds of one.

    python -m bench.run [--rounds N] [--quick] [--litellm] [--only NAME,NAME]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec

from bench import report
from bench.candidates import CANDIDATES, KEY, LITELLM, LITELLM_PACKAGE, Running, Site, nginx_path
from bench.load.drive import Plan, Seen, request_bytes
from bench.rig import process

RESULTS = Path("bench/results")


@dataclass(frozen=True)
class Amounts:
    """How much load a round brings."""

    requests: int = 12_000
    in_flight: int = 64
    open_requests: int = 150
    open_rate: float = 30.0
    streams: int = 100
    events: int = 100
    pause_ms: int = 20
    held: int = 1_000
    held_events: int = 3
    held_pause_ms: int = 1_500

    @property
    def paced(self) -> str:
        """The model that sends paced events."""
        return f"openai-{self.events}x{self.pause_ms}"

    @property
    def holding(self) -> str:
        """The model that keeps streams open and says little."""
        return f"openai-{self.held_events}x{self.held_pause_ms}"


QUICK = Amounts(requests=3_000, open_requests=60, streams=50, events=50, held=200)


class BenchError(Exception):
    """A candidate answered wrongly, or something needed is missing."""


@dataclass(frozen=True)
class Bench:
    """Cores and amounts of one run."""

    amounts: Amounts
    gateway_core: int
    load_core: int
    upstream_port: int

    def load(self, plan: Plan) -> Seen:
        """Carries out one plan from the load's core.

        Raises:
            BenchError: an answer was wrong or missing.
        """
        done = subprocess.run(
            [
                *("taskset", "-c", str(self.load_core), sys.executable, "-m", "bench.load"),
                msgspec.json.encode(plan).decode(),
            ],
            check=True,
            stdout=subprocess.PIPE,
        )
        seen = msgspec.json.decode(done.stdout, type=Seen)
        if seen.failures:
            raise BenchError(f"{plan.mode}: {seen.failures} failures, first: {seen.complaint}")
        if seen.events < plan.events * plan.connections:
            raise BenchError(f"{plan.mode}: only {seen.events} events came")
        return seen

    def measure(self, running: Running, scale: float) -> dict[str, float]:
        """All figures of one round of one candidate."""
        figures: dict[str, float] = {}
        probe = request_bytes(Plan("closed", running.port, KEY, "openai-json"))
        ready = process.first_answer_s(running.port, probe, running.began, running.process)
        if running.pid is not None:
            figures["start_s"] = ready
        self.load(self._closed(running, max(200, int(2_000 * scale))))  # warm up
        if running.pid is not None:
            time.sleep(1)
            for kind, mib in process.memory_mib(running.pid).items():
                figures[f"idle_{kind}_mib"] = mib
        figures |= self._closed_figures(running, scale)
        opened = self.load(
            Plan(
                *("open", running.port, KEY, "openai-json"),
                connections=4,
                total=self.amounts.open_requests,
                rate=self.amounts.open_rate,
            )
        )
        figures["open_p50_us"] = median(opened.latencies_us)
        figures |= self._stream_figures(running, scale)
        if running.pid is not None:
            figures |= self._held_figures(running, running.pid, scale)
        return figures

    def _closed(self, running: Running, total: int) -> Plan:
        return Plan(
            *("closed", running.port, KEY, "openai-json"),
            connections=self.amounts.in_flight,
            total=total,
        )

    def _closed_figures(self, running: Running, scale: float) -> dict[str, float]:
        before = _cpu(running)
        seen = self.load(self._closed(running, max(200, int(self.amounts.requests * scale))))
        spent = _cpu(running) - before
        figures = {"closed_rps": seen.answers / seen.wall_s}
        if running.pid is not None:
            figures["cpu_ms_per_1000"] = spent * 1e6 / seen.answers
        return figures

    def _stream_figures(self, running: Running, scale: float) -> dict[str, float]:
        plan = Plan(
            *("streams", running.port, KEY, self.amounts.paced),
            connections=max(10, int(self.amounts.streams * scale)),
            events=self.amounts.events,
        )
        before = _cpu(running)
        seen = self.load(plan)
        spent = _cpu(running) - before
        figures = {"first_event_p50_us": median(seen.first_us)}
        if running.pid is not None:
            figures["cpu_us_per_event"] = spent * 1e6 / seen.events
        return figures

    def _held_figures(self, running: Running, pid: int, scale: float) -> dict[str, float]:
        """Memory of a stream that is open, KiB: the rise while many are."""
        count = max(20, int(self.amounts.held * scale))
        plan = Plan(
            *("streams", running.port, KEY, self.amounts.holding),
            connections=count,
            events=self.amounts.held_events,
        )
        before = process.memory_mib(pid)["pss"]
        command = ["taskset", "-c", str(self.load_core), sys.executable, "-m", "bench.load"]
        with subprocess.Popen(
            [*command, msgspec.json.encode(plan).decode()], stdout=subprocess.PIPE
        ) as loading:
            peak = before
            while loading.poll() is None:
                peak = max(peak, process.memory_mib(pid)["pss"])
                time.sleep(0.25)
            assert loading.stdout is not None
            seen = msgspec.json.decode(loading.stdout.read(), type=Seen)
        if seen.failures:
            raise BenchError(f"held streams: {seen.failures} failures, first: {seen.complaint}")
        return {"stream_kib": (peak - before) * 1024 / count}


def _cpu(running: Running) -> float:
    return 0.0 if running.pid is None else process.cpu_s(running.pid)


def machine() -> dict[str, str]:
    """What it ran on, without naming it."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    return {
        "cpu": cpu,
        "cores": str(len(os.sched_getaffinity(0))),
        "kernel": platform.release().partition("-")[0],
        "python": platform.python_version(),
    }


def prepare(names: list[str]) -> None:
    """Installs the peers that are asked for.

    Raises:
        BenchError: one cannot be had.
    """
    if "nginx" in names and not nginx_path():
        from tools.system_packages import install  # noqa: PLC0415 - only where it is missing

        reason = install(["nginx-light"])
        if reason:
            raise BenchError(f"nginx is not installed and cannot be: {reason}")
    if "litellm" in names and not (LITELLM / "bin/litellm").exists():
        print(f"  · installing {LITELLM_PACKAGE} into {LITELLM}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", LITELLM], check=True)
        subprocess.run([LITELLM / "bin/pip", "install", "-q", LITELLM_PACKAGE], check=True)


def rounds(bench: Bench, names: list[str], count: int, folder: Path) -> list[report.Round]:
    """Every candidate once a round."""
    models = ("openai-json", bench.amounts.paced, bench.amounts.holding)
    site = Site(folder, bench.gateway_core, bench.upstream_port, models)
    done: list[report.Round] = []
    for number in range(count):
        figures: dict[str, dict[str, float]] = {}
        for name in names:
            candidate = CANDIDATES[name]
            running = candidate.start(site)
            try:
                figures[name] = bench.measure(running, candidate.scale)
            finally:
                running.stop()
            print(f"  round {number + 1}/{count} {name}: {report.brief(figures[name])}", flush=True)
        done.append(figures)
    return done


def main(arguments: list[str]) -> int:
    """Measures, writes bench/results/, prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a quarter of the load")
    parser.add_argument("--litellm", action="store_true", help="install and measure LiteLLM, too")
    parser.add_argument("--only", default="", help="names, comma-separated")
    asked = parser.parse_args(arguments)
    names = asked.only.split(",") if asked.only else ["direct", "nginx", "vanguard"]
    names += ["litellm"] if asked.litellm and "litellm" not in names else []
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    prepare(names)
    first, second, third = process.cores()
    port = process.free_port()
    with tempfile.TemporaryDirectory(prefix="vanguard-bench-") as temporary:
        folder = Path(temporary)
        upstream = process.spawn(
            [sys.executable, "-m", "bench.upstream", str(port)], third, folder / "mock.log"
        )
        try:
            bench = Bench(QUICK if asked.quick else Amounts(), first, second, port)
            measured = rounds(bench, names, asked.rounds, folder)
        except (BenchError, TimeoutError) as error:
            print(f"bench: {error}", file=sys.stderr)
            for log in sorted(folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text()[-2_000:]}", file=sys.stderr)
            return 1
        finally:
            process.stop(upstream)
    result = report.Result(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine(),
        versions={name: CANDIDATES[name].version() for name in names},
        rounds=measured,
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    stamp = result.at.replace(":", "").replace("-", "")[:15]
    path = RESULTS / f"{stamp}.json"
    path.write_text(json.dumps(msgspec.to_builtins(result), indent=1) + "\n")
    print(f"\n{report.table(result)}\nwritten to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
