"""One round of one candidate: every figure, from its start to its end.

It does not know how a candidate works, nor what becomes of the figures. Figures are named
`<scenario>.<figure>`: `cpu_us`, `user_us`, `system_us` are per request, of streams per event; `rps` is
requests a second; `least_share` is the part of the processor time that fell to the least busy of several
workers. What belongs to no scenario has no dot.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec

from bench.load.plan import Plan, Seen, percentile
from bench.load.requests import Ask, request_bytes
from bench.peers.contract import KEY, Candidate, Running
from bench.rig import process, usage
from bench.scenarios import FIRST, HELD, JSON, SCENARIOS, Scenario, ask_of

Figures = dict[str, float]
LOAD_LIMIT_S = 120
_LOW_RATE, _BUSY_RATE = 30.0, 400.0
_BUSY_FROM_SCALE = 0.3  # slower ones would only build up a queue
_REST_S = 1.0


class BenchError(Exception):
    """A candidate answered wrongly or not at all."""


@dataclass(frozen=True)
class Amounts:
    """How much load a round brings; `share` scales the scenarios."""

    share: float = 1.0
    open_s: float = 4.0
    held: int = 1_000
    warm: int = 1_000


QUICK = Amounts(0.25, 2.0, 200, 500)


@dataclass(frozen=True)
class Bench:
    """What a run has: amounts, the load's core, and the scenarios that were asked for."""

    amounts: Amounts
    load_core: int
    scenarios: tuple[Scenario, ...] = SCENARIOS

    def command(self, plan: Plan) -> list[str]:
        """The load as a process of its own on its own core."""
        text = msgspec.json.encode(plan).decode()
        return ["taskset", "-c", str(self.load_core), sys.executable, "-m", "bench.load", text]

    def load(self, plan: Plan) -> Seen:
        """Carries out one plan.

        Raises:
            BenchError: an answer was wrong or missing.
        """
        try:
            done = subprocess.run(
                self.command(plan), check=True, stdout=subprocess.PIPE, timeout=LOAD_LIMIT_S
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            raise BenchError(f"{plan.ask.model}: the load did not end well: {error}") from error
        return sound(plan, msgspec.json.decode(done.stdout, type=Seen))


def sound(plan: Plan, seen: Seen) -> Seen:
    """What was seen, when every answer was right.

    Raises:
        BenchError: one was not.
    """
    if seen.failures or seen.answers != plan.total:
        raise BenchError(
            f"{plan.ask.model}: {seen.answers} of {plan.total} answers, {seen.failures} failures,"
            f" first: {seen.complaint or 'none'}"
        )
    return seen


@dataclass
class Round:
    """The round of one candidate.

    Attributes:
        failed: scenarios that it could not do, with the reason.
    """

    bench: Bench
    candidate: Candidate
    running: Running
    figures: Figures = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        """The candidate's share of the load in this run."""
        return self.candidate.scale * self.bench.amounts.share

    def measure(self) -> None:
        """Everything, in the order in which it disturbs least."""
        pid = self.running.pid
        ready_s = self._start(JSON)
        if pid is not None:
            self.figures["start_s"] = ready_s
            self._idle(pid)
            self._attempt("held", partial(self._held, pid))
        for scenario in self.bench.scenarios:
            if scenario.workers == 1 and self.does(scenario):
                self._attempt(scenario.name, partial(self._scenario, scenario))
        self._attempt("low", partial(self._latency, "low", _LOW_RATE))
        if self.candidate.scale >= _BUSY_FROM_SCALE:
            self._attempt("busy", partial(self._latency, "busy", _BUSY_RATE))
        self._attempt("first", self._first)
        self._sound(wait_s=0)

    def apart(self, scenario: Scenario) -> None:
        """One scenario for which the candidate was started apart, with several workers."""
        self._start(scenario)
        self._attempt(scenario.name, partial(self._scenario, scenario))
        self._sound(wait_s=0)

    def _sound(self, wait_s: float) -> None:
        """Ends the run when the candidate is not what is said of it, and does not become it in time.

        Raises:
            BenchError: it is not.
        """
        deadline = time.monotonic() + wait_s
        while reason := self.running.amiss():
            if time.monotonic() >= deadline:
                raise BenchError(f"{self.candidate.name}: {reason}")
            time.sleep(0.05)

    def does(self, scenario: Scenario) -> bool:
        """Whether the scenario is for this candidate."""
        if self.candidate.kind == "load" and scenario.model.pause_ms:
            return False  # paced by the upstream itself
        return scenario.needs <= self.candidate.able

    def _attempt(self, name: str, step: Callable[[], None]) -> None:
        """Runs a step; a peer's failure is kept, one of ours or of the rig's ends the run.

        Raises:
            BenchError: what failed is no peer.
        """
        try:
            step()
        except BenchError as error:
            if self.candidate.kind not in {"product", "framework"}:
                raise
            self.failed[name] = str(error)
            print(f"  ! {self.candidate.name} {name}: {error}", file=sys.stderr, flush=True)

    def _start(self, scenario: Scenario) -> float:
        """Waits until it is whole, and warms it up; seconds to the first answer."""
        ask = ask_of(self.running, scenario)
        probe = request_bytes(ask, self.running.port, KEY)
        ready_s = process.first_answer_s(
            self.running.port, probe, self.running.began, self.running.process
        )
        self._sound(process.START_LIMIT_S)
        plan = scenario.plan(self.running, 1.0)
        total = max(200, int(self.bench.amounts.warm * self.candidate.scale))
        self.bench.load(replace_total(plan, total))
        return ready_s

    def _idle(self, pid: int) -> None:
        time.sleep(_REST_S)
        for kind, mib in usage.memory_mib(pid).items():
            self.figures[f"idle_{kind}_mib"] = mib

    def _scenario(self, scenario: Scenario) -> None:
        plan = scenario.plan(self.running, self.scale)
        before = self._cpu()
        seen = self.bench.load(plan)
        each = [now.since(then) for now, then in zip(self._cpu(), before, strict=True)]
        spent = sum(each, usage.Cpu())
        name = scenario.name
        self.figures[f"{name}.rps"] = seen.answers / seen.wall_s
        if self.running.pid is not None:
            per = spent.total_s * 1e6 / (seen.events or seen.answers)
            self.figures[f"{name}.cpu_us"] = per
            self.figures[f"{name}.user_us"] = per * spent.user_share
            self.figures[f"{name}.system_us"] = per * (1 - spent.user_share)
        if len(each) > 1:
            least_s = min(one.total_s for one in each)
            self.figures[f"{name}.least_share"] = least_s / spent.total_s

    def _cpu(self) -> list[usage.Cpu]:
        """Of each of its processes, what they started included."""
        return [usage.cpu(pid) for pid in self.running.pids]

    def _latency(self, name: str, rate: float) -> None:
        """Of JSON in an open loop."""
        self._open(name, rate, ask_of(self.running, JSON), events=0)

    def _first(self) -> None:
        """Of the first token, while streams come in an open loop."""
        scenario = replace(JSON, model=FIRST)
        self._open("first", _LOW_RATE, ask_of(self.running, scenario), FIRST.events)

    def _open(self, name: str, rate: float, ask: Ask, events: int) -> None:
        plan = Plan(
            "open",
            self.running.port,
            KEY,
            ask,
            connections=8,
            total=int(rate * self.bench.amounts.open_s),
            rate=rate,
            events=events,
        )
        seen = self.bench.load(plan)
        taken = seen.first_us if events else seen.latencies_us
        self.figures[f"{name}.p50_us"] = percentile(taken, 0.5)
        self.figures[f"{name}.p99_us"] = percentile(taken, 0.99)

    def _held(self, pid: int) -> None:
        """Memory while many streams are open, MiB, and the rise for each, KiB."""
        count = max(20, int(self.bench.amounts.held * min(1.0, self.candidate.scale * 10)))
        scenario = replace(JSON, model=HELD, total=count, connections=count)
        plan = scenario.plan(self.running, 1.0)
        before = usage.memory_mib(pid)["pss"]
        peak = before
        deadline = time.monotonic() + LOAD_LIMIT_S
        with subprocess.Popen(self.bench.command(plan), stdout=subprocess.PIPE) as loading:
            while loading.poll() is None:
                peak = max(peak, usage.memory_mib(pid)["pss"])
                if time.monotonic() > deadline:
                    loading.kill()
                time.sleep(0.25)
            assert loading.stdout is not None
            said = loading.stdout.read()
        if loading.returncode:
            raise BenchError(f"held streams: the load ended with {loading.returncode}")
        sound(plan, msgspec.json.decode(said, type=Seen))
        self.figures["loaded_pss_mib"] = peak
        self.figures["stream_kib"] = (peak - before) * 1024 / count


def replace_total(plan: Plan, total: int) -> Plan:
    """The plan with another number of requests."""
    return msgspec.structs.replace(plan, total=total, connections=min(plan.connections, total))
