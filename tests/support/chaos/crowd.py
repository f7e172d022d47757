"""Clients of every kind, all at once, for as long as they are wanted.

It does not know kills or faults; it only keeps asking and writes down what came of it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from support.chaos.client import Ask, Gauge, Seen, ask
from support.chaos.rig import MODELS, ChaosPlatform

NARROW = 8  # requests at once
RATED = 40  # requests a minute
METERED = 9_000  # tokens a minute
RICH_USD, MONTHLY_USD = "20", "0.2"
WAVE_USD = "0.02"
# room for one request as it is reserved, and far too little for two dozen as they are charged
LAST_USD = "0.0025"
ASKERS = 24  # of a storm
_WAVE_S = 6.0


@dataclass(frozen=True)
class Key:
    """A key and what bounds it."""

    name: str
    secret: str
    id: str
    bound: str = "none"


class Crowd:
    """All clients of one run.

    Attributes:
        seen: every request that is over.
        gauge: streams open now.
    """

    def __init__(self, platform: ChaosPlatform, seed: int, long: int, short: int) -> None:
        self.platform = platform
        self.seen: list[Seen] = []
        self.gauge = Gauge()
        self.keys: dict[str, Key] = {}
        self._rng = random.Random(seed)
        self._numbers: Counter[str] = Counter()
        self._long, self._short = long, short
        self._running = False
        self._tasks: list[asyncio.Task[None]] = []

    async def make_keys(self) -> None:
        """One key of each kind."""
        for name in ("plain", "other"):
            await self.make_key(name)
        await self.make_key("rich", bound="budget", budget_usd=RICH_USD)
        month = {"budget_usd": MONTHLY_USD, "budget_window": "month"}
        await self.make_key("monthly", bound="budget", **month)
        await self.make_key("narrow", concurrent_requests=NARROW)
        await self.make_key("rated", requests_per_minute=RATED)
        await self.make_key("metered", bound="tokens", tokens_per_minute=METERED)

    async def make_key(self, name: str, *, bound: str = "none", **limits: Any) -> Key:
        """Makes a key over the API.

        Raises:
            httpx.HTTPError: control is down.
        """
        headers = {"authorization": f"Bearer {self.platform.admin_key}"}
        async with httpx.AsyncClient(base_url=self.platform.base_url, headers=headers) as client:
            answer = await client.post("/api/keys", json={"name": name, **limits}, timeout=10)
        answer.raise_for_status()
        made = answer.json()
        key = self.keys[name] = Key(name, made["secret"], made["id"], bound)
        return key

    def start(self, *, long: bool = True) -> None:
        """Lets everybody in."""
        self._running = True
        work = [self._long_client() for _ in range(self._long if long else 0)]
        work += [self._short_client() for _ in range(self._short)]
        work += [self._limited_client("narrow", 0.05) for _ in range(NARROW + 6)]
        work += [self._limited_client("rated", 0.3) for _ in range(4)]
        work += [self._limited_client("metered", 0.3) for _ in range(4)]
        work.append(self._waves())
        self._tasks = [asyncio.create_task(one) for one in work]

    async def stop(self) -> None:
        """Nobody asks again; returns when everybody has gone."""
        self._running = False
        self.gauge.leaving = True
        await asyncio.gather(*self._tasks)
        self.gauge.leaving = False
        self._tasks = []

    def wish(self, key: Key, **fields: Any) -> Ask:
        """A request of a key with a nonce of its own."""
        self._numbers[key.name] += 1
        nonce = f"{key.name}.{self._numbers[key.name]}"
        chosen = {"model": "chat", "dialect": "openai", "kind": "tidy", "bound": key.bound}
        return Ask(nonce=nonce, secret=key.secret, key=key.name, **{**chosen, **fields})

    async def ask(self, wanted: Ask) -> Seen:
        """Makes one request and keeps what came of it."""
        seen = await ask(self.platform.port, wanted, self.gauge)
        self.seen.append(seen)
        return seen

    async def one(self, key: Key, **fields: Any) -> Seen:
        """Makes one request of a key."""
        return await self.ask(self.wish(key, **fields))

    async def _long_client(self) -> None:
        while self._running:
            key = self.keys[self._rng.choice(["plain", "plain", "other", "rich"])]
            cap = self._rng.choice([0, 60, 100])
            seen = await self.one(key, kind="long", cap=cap, **self._place())
            await self._breathe(seen, 0.02)

    async def _short_client(self) -> None:
        while self._running:
            key = self.keys[self._rng.choice(["plain", "other", "rich", "monthly"])]
            seen = await self.one(key, **self._short_wish())
            await self._breathe(seen, self._rng.choice([0.0, 0.02, 0.1]))

    async def _limited_client(self, name: str, pause_s: float) -> None:
        while self._running:
            seen = await self.one(self.keys[name], **self._short_wish(cap=60))
            await self._breathe(seen, pause_s)

    def _short_wish(self, cap: int | None = None) -> dict[str, Any]:
        rng = self._rng
        return {
            "kind": "short",
            "stream": rng.random() < 0.65,
            "cap": rng.choice([0, 8, 60, 120]) if cap is None else cap,
            "leave_after": rng.randint(1, 1500) if rng.random() < 0.12 else 0,
            "slow": rng.random() < 0.05,
            **self._place(),
        }

    def _place(self) -> dict[str, str]:
        rng = self._rng
        return {
            "model": rng.choice(list(MODELS)),
            "dialect": "openai" if rng.random() < 0.6 else "anthropic",
        }

    async def _waves(self) -> None:
        """Small budgets, one after the other, each stormed by many at once."""
        wave = 0
        while self._running:
            wave += 1
            try:
                key = await self.make_key(f"wave{wave}", bound="budget", budget_usd=WAVE_USD)
            except httpx.HTTPError:
                await asyncio.sleep(0.3)
                continue
            loop = asyncio.get_running_loop()
            until = loop.time() + _WAVE_S
            await asyncio.gather(*(self._storm(key, until) for _ in range(10)))

    async def _storm(self, key: Key, until: float) -> None:
        loop = asyncio.get_running_loop()
        while self._running and loop.time() < until:
            seen = await self.one(key, **self._short_wish())
            if "budget" in seen.error and self._rng.random() < 0.3:
                return  # nearly spent: some go on trying with less
            await self._breathe(seen, 0.05)

    async def storm_last_dollar(self) -> None:
        """A budget with room for one request, asked for by many in one moment.

        The waves storm their budgets too, but what overlaps there is left to the machine's pace.
        """
        key = await self.make_key("last", bound="budget", budget_usd=LAST_USD)
        while (await self.one(key, cap=1, stream=False)).status == 401:
            await asyncio.sleep(0.1)  # the gateway has not heard of the key yet
        asked = (self.one(key, kind="held", cap=10) for _ in range(ASKERS))
        await asyncio.gather(*asked)

    async def storm_narrow(self) -> None:
        """Thrice the requests that a key may have open, in one moment.

        Those who always ask for it overlap as the machine's pace will have it, often too briefly for
        the audit.
        """
        asked = (self.one(self.keys["narrow"], kind="held") for _ in range(ASKERS))
        await asyncio.gather(*asked)

    async def _breathe(self, seen: Seen, pause_s: float) -> None:
        """Who was not served waits a moment before asking again."""
        if seen.status == 0:
            pause_s = max(pause_s, 0.1)
        elif seen.status >= 400:
            pause_s = max(pause_s, 0.15)
        await asyncio.sleep(pause_s)
