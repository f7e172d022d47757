"""One run: load, kills, full disks, moved clocks; then calm, probes, and everything for the audit.

It does not know what is right: it collects what happened, `audit` judges it.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.chaos.crowd import NARROW, RICH_USD, Crowd
from support.chaos.ledger import Ledger, caught_up, read_ledger, spent_by
from support.chaos.rig import INPUT_PRICE, OUTPUT_PRICE, ChaosPlatform, Upstream, wait_for

HOUR_S = 3600


@dataclass(frozen=True)
class Order:
    """How much of what.

    Attributes:
        kills: at least so many, each with at least `least_open` streams open.
        minutes: kills go on for at least so long.
        disks, clocks, supervisors: a full disk, a clock step, a killed supervisor every so many
            kills; 0 for none.
        months_back: clocks go back over the end of the month too, by hours.
    """

    seed: int
    kills: int = 200
    minutes: float = 0.0
    least_open: int = 50
    long: int = 66
    short: int = 14
    calm_s: float = 15.0
    disks: int = 40
    clocks: int = 9
    supervisors: int = 90
    months_back: bool = False
    workers: int = 1
    sabotage: str = ""


@dataclass
class Kill:
    """A process that was killed."""

    at: float
    role: str
    open: int


@dataclass
class Happened:
    """What there is to judge.

    Attributes:
        full_disks: from when to when the disk was full, and whether a process was killed in it.
        probes: what was measured when all was over.
    """

    order: Order
    kills: list[Kill] = field(default_factory=list)
    full_disks: list[tuple[float, float, bool]] = field(default_factory=list)
    disk_means: set[str] = field(default_factory=set)
    clock_steps: int = 0
    monotonic_starts: dict[str, int] = field(default_factory=dict)
    probes: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    crowd: Crowd | None = None
    ledger: Ledger | None = None
    log_text: str = ""


class Run:
    """Breaks one platform for a while."""

    def __init__(self, order: Order, folder: Path) -> None:
        self._rng = random.Random(order.seed)
        self._order = order
        self._upstream = Upstream(folder, order.seed)
        self._platform = ChaosPlatform(folder, self._upstream, order.workers, order.sabotage)
        self.happened = Happened(order)

    @property
    def book(self) -> Path:
        """What the upstream has written down."""
        return self._upstream.book

    async def go(self) -> Happened:
        """All of it, up to the ledger's last row."""
        began = time.monotonic()
        platform, happened = self._platform, self.happened
        await asyncio.to_thread(platform.launch)
        order = self._order
        crowd = happened.crowd = Crowd(platform, order.seed, order.long, order.short)
        await crowd.make_keys()
        crowd.start()
        try:
            await self._kill_and_kill(crowd)
        finally:
            platform.hold.unlink(missing_ok=True)
            await crowd.stop()
        await self._calm(crowd)
        await asyncio.to_thread(wait_for, self._caught_up, 60, "control reads all journals")
        happened.ledger = read_ledger(platform.home)
        happened.clock_steps = platform.clock.steps
        happened.monotonic_starts = platform.clock.starts()
        logs = sorted((platform.home / "logs").glob("*.log*"))
        happened.log_text = "".join(log.read_text(errors="replace") for log in logs)
        happened.seconds = time.monotonic() - began
        return happened

    def end(self, keep: Path | None) -> None:
        """Ends all processes; keeps the home where told to."""
        try:
            self._platform.end(keep)
        finally:
            self._upstream.stop()

    # --- breaking ------------------------------------------------------------------------------

    async def _kill_and_kill(self, crowd: Crowd) -> None:
        order, done = self._order, 0
        until = time.monotonic() + order.minutes * 60
        while self._crowded_kills() < order.kills or time.monotonic() < until:
            await self._crowded(crowd)
            done += 1
            if order.clocks and done % order.clocks == 0:
                self._move_clock()
            if order.disks and done % order.disks == 0:
                await self._full_disk(crowd, kill=done % (2 * order.disks) == 0)
            elif order.supervisors and done % order.supervisors == 0:
                self._note("supervisor", crowd)
                await asyncio.to_thread(self._platform.kill_all)
                # a platform is not ready without its control: it may not be held down meanwhile
                self._platform.hold.unlink(missing_ok=True)
                await asyncio.to_thread(self._platform.launch)
            else:
                await self._kill_one(crowd, done)

    def _crowded_kills(self) -> int:
        """Kills that count: streams may end between the last look and the kill."""
        return sum(kill.open >= self._order.least_open for kill in self.happened.kills)

    async def _crowded(self, crowd: Crowd) -> None:
        """Waits until enough streams are open, and then a little at random."""
        deadline = time.monotonic() + 60
        while crowd.gauge.open < self._order.least_open:
            if time.monotonic() > deadline:
                raise AssertionError(f"only {crowd.gauge.open} streams opened: is it alive?")
            await asyncio.sleep(0.01)
        await asyncio.sleep(self._rng.uniform(0, 0.35))

    async def _kill_one(self, crowd: Crowd, number: int) -> None:
        platform, draw = self._platform, self._rng.random()
        if draw < 0.08:
            roles = ["control"]
            if number % 2:
                platform.hold.touch()  # down for a while, while gateways come and go
        else:
            roles = ["gateway", "control"] if draw < 0.14 else ["gateway"]
        if draw > 0.3:
            platform.hold.unlink(missing_ok=True)
        if crowd.gauge.open < self._order.least_open:
            await self._crowded(crowd)
        for role in roles:
            opened = crowd.gauge.open
            # of several gateways one dies, or all
            if platform.kill_role(role, self._rng.choice([1, 99])):
                self.happened.kills.append(Kill(time.monotonic(), role, opened))
        await asyncio.sleep(0.05)

    def _note(self, role: str, crowd: Crowd) -> None:
        self.happened.kills.append(Kill(time.monotonic(), role, crowd.gauge.open))

    async def _full_disk(self, crowd: Crowd, *, kill: bool) -> None:
        """A while without a byte of room; half of the times the gateway dies in it."""
        platform, began = self._platform, time.monotonic()
        self.happened.disk_means.add(await asyncio.to_thread(platform.fill_disk))
        await asyncio.sleep(self._rng.uniform(0.8, 1.6))
        if kill:
            self._note("gateway", crowd)
            platform.kill_role("gateway")
            await asyncio.sleep(0.8)
        await asyncio.to_thread(platform.free_disk)
        await asyncio.to_thread(wait_for, self._ready, 30, "the journal is written again")
        self.happened.full_disks.append((began, time.monotonic(), kill))

    def _move_clock(self) -> None:
        """Hours back or forth, and half way through over the end of the month for good."""
        order, hours = self._order, self._rng.choice([0, 0, 1, 3, 9, -1, -3, -9])
        late = len(self.happened.kills) * 2 > order.kills
        if late and order.months_back:
            hours = self._rng.choice([0, 3, -13, -18])  # from noon: to and fro over midnight
        base_s = _to_next_month_s() if late else 0.0
        self._platform.clock.move(base_s + hours * HOUR_S)

    # --- afterwards ----------------------------------------------------------------------------

    async def _calm(self, crowd: Crowd) -> None:
        """The same load on one gateway that nobody kills; then nothing may be left of it."""
        platform, probes = self._platform, self.happened.probes
        platform.kill_role("gateway")
        self.happened.kills.append(Kill(time.monotonic(), "gateway, idle", 0))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(wait_for, self._ready, 60, "ready again")
        await asyncio.to_thread(wait_for, self._control_up, 60, "control answers")
        for _ in range(3):
            await crowd.one(crowd.keys["plain"])
        before = await asyncio.to_thread(self._measure)
        crowd.start(long=False)
        await asyncio.sleep(self._order.calm_s)
        await crowd.stop()
        await asyncio.to_thread(wait_for, self._idle, 60, "no request is left in flight")
        await asyncio.sleep(1.0)
        after = await asyncio.to_thread(self._measure)
        probes.update({"before": before, "after": after, "zombies": platform.zombies()})
        await self._probe_concurrency(crowd)
        await crowd.storm_narrow()
        await crowd.storm_last_dollar()
        await self._probe_budget(crowd)
        await asyncio.to_thread(wait_for, self._idle, 60, "no request is left in flight")
        probes["in_flight"] = platform.metric("vanguard_requests_in_flight")

    async def _probe_concurrency(self, crowd: Crowd) -> None:
        """All of a limit can be used again, and no more than all."""
        narrow = crowd.keys["narrow"]
        wish = {"kind": "held", "model": "chat"}
        statuses: list[int] = []
        # among several workers a place may be on its way from one to another: then they are asked again
        for _ in range(1 if self._order.workers == 1 else 4):
            asked = [asyncio.create_task(crowd.one(narrow, **wish)) for _ in range(NARROW + 1)]
            statuses = sorted(seen.status for seen in await asyncio.gather(*asked))
            if statuses.count(200) >= NARROW:
                break
        self.happened.probes["concurrency"] = statuses

    async def _probe_budget(self, crowd: Crowd) -> None:
        """What is left of a budget can be asked for to the last few micro-dollars, and no more."""
        await asyncio.to_thread(wait_for, self._caught_up, 60, "control reads all journals")
        rich, probes = crowd.keys["rich"], self.happened.probes
        left = int(RICH_USD) * 1_000_000 - spent_by(read_ledger(self._platform.home), rich.id)
        probes["left_usd_micros"] = left
        for name, more in (("too much", 2), ("just enough", 0)):
            wish = crowd.wish(rich, cap=left // OUTPUT_PRICE, stream=False)
            size = len(wish.request().split(b"\r\n\r\n", 1)[1])
            wish.cap = (left - INPUT_PRICE * size) // OUTPUT_PRICE + more
            seen = await crowd.ask(wish)
            if seen.status != 200 and not more and self._order.workers > 1:
                # what another worker holds idle may be on its way
                await asyncio.sleep(2)
                again = crowd.wish(rich, cap=wish.cap, stream=False)
                seen = await crowd.ask(again)
            probes[name], probes["said"] = seen.status, seen.error

    def _measure(self) -> dict[str, float]:
        platform = self._platform
        return {
            "gateway": platform.descriptors("gateway"),
            "control": platform.descriptors("control"),
            "gateway_kib": platform.memory_kib("gateway"),
            "control_kib": platform.memory_kib("control"),
        }

    def _ready(self) -> bool:
        """Each gateway says so, its journal behind nothing."""
        return all(self._platform.ready().get("ready") is True for _ in range(self._asks))

    @property
    def _asks(self) -> int:
        """How often to ask for all gateways to have answered: which of them does is the kernel's choice."""
        return 1 if self._order.workers == 1 else 20

    def _control_up(self) -> bool:
        with self._platform.admin() as client:
            return client.get("/api/status").status_code == 200

    def _idle(self) -> bool:
        """Each gateway says so."""
        return not any(
            self._platform.metric("vanguard_requests_in_flight") for _ in range(self._asks)
        )

    def _caught_up(self) -> bool:
        return caught_up(self._platform.home)


def _to_next_month_s() -> float:
    """Seconds until the middle of the next month's first day: hours back stay within the month."""
    now = datetime.now(UTC)
    noon = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=12, minute=0)
    return (noon - now).total_seconds()
