"""`python -m bench.routing.day`: how much of the prompts is read from caches, over a day and four accounts.

The router is the gateway's own; clock, sessions and providers are simulated, so that a day takes a minute
and every way of routing is asked the same. Not simulated: the network, other tenants, and providers that
break. A client that sees a 429 waits and asks again, up to ten times; then the request is lost.
"""

from __future__ import annotations

import argparse
import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from typing import NamedTuple

from bench.routing.fleet import ENDLESS, Account, Affine, Held, Quotas, RoundRobin, Way, accounts
from bench.routing.provider import Answer
from bench.routing.trace import Session, Turn, day
from vanguard.gateway.routing.quota.line import Place
from vanguard.snapshot.boot import Deadlines
from vanguard.snapshot.model import Routing

TRIES = 10
PATIENCE_S = Deadlines().quota_wait_s
_SPARE = 1.05
_LEAST_WAIT_S = 1.0
SEED = 7


@dataclass
class Tally:
    """What one way of routing has done.

    Attributes:
        refused: 429s that the gateway met and answered by trying another account.
        seen: 429s that reached a client.
        lost: requests that were given up.
        spilled: requests that left the place where most of them was warm.
        paused: requests that the gateway kept until a quota held them; `paused_s` for how long in all.
        in_vain: 429s that reached a client after its request had been kept.
    """

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    refused: int = 0
    seen: int = 0
    lost: int = 0
    spilled: int = 0
    paused: int = 0
    paused_s: float = 0.0
    in_vain: int = 0

    @property
    def hit_rate(self) -> float:
        """Of all input tokens, those read from a cache."""
        return self.cached_tokens / max(1, self.input_tokens)


class Asked(NamedTuple):
    """A try of a client: when it came, what time it is, and the how manieth it is."""

    came: float
    now: float
    tries: int


class Answering(NamedTuple):
    """An answer on its way."""

    account: Account
    held: Held
    answer: Answer


class _Timer:
    def __init__(self, happens: Callable[[], None]) -> None:
        self._happens: Callable[[], None] | None = happens

    def cancel(self) -> None:
        self._happens = None

    def due(self, now: float) -> None:
        del now
        if self._happens is not None:
            self._happens()


@dataclass(eq=False)
class _Kept:
    """A request in the gateway's line."""

    simulation: Simulation
    turn: Turn
    turns: Iterator[Turn]
    asked: Asked

    def look(self) -> Place | None:
        return self.simulation.look(self)


class Simulation:
    """One day with one way of routing; `patience_s` is the gateway's `quota_wait_s`.

    Attributes:
        now: seconds of the day.
    """

    def __init__(self, sessions: list[Session], way: Way, patience_s: float = PATIENCE_S) -> None:
        self._way = way
        self._patience_s = patience_s
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = count()
        self.tally = Tally()
        self.now = 0.0
        way.begin(self._later, lambda: self.now)
        for session in sessions:
            self._at(session.starts_s, self._beginning(session))

    def run(self) -> Tally:
        """Until nothing is left to happen."""
        while self._events:
            self.now, _, happens = heapq.heappop(self._events)
            happens(self.now)
        self.tally.spilled = self._way.spilled
        return self.tally

    def _later(self, delay_s: float, happens: Callable[[], None]) -> _Timer:
        timer = _Timer(happens)
        self._at(self.now + delay_s, timer.due)
        return timer

    def _at(self, when: float, happens: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), happens))

    def _beginning(self, session: Session) -> Callable[[float], None]:
        return lambda now: self._go_on(session.turns(), now)

    def _go_on(self, turns: Iterator[Turn], now: float) -> None:
        turn = next(turns, None)
        if turn is not None:
            self._ask(turn, turns, Asked(now, now, 1))

    def _ask(self, turn: Turn, turns: Iterator[Turn], asked: Asked) -> None:
        """The gateway's way with one request: it waits for a quota, then walks its attempts."""
        way, patience_s = self._way, asked.came + self._patience_s - asked.now
        order = way.order(turn, asked.now, patience_s)
        if way.line is None or not way.pause_s:
            self._send(turn, turns, asked, order)
        elif way.pause_s * (_SPARE if way.crowded else 1.0) <= patience_s:
            way.line.join(_Kept(self, turn, turns, asked), way.place)
        else:
            self._wait_no_more(turn, turns, asked, order)

    def look(self, kept: _Kept) -> Place | None:
        """The turn of one that waits, as `vanguard.gateway.steps.call` takes it."""
        way, asked = self._way, kept.asked._replace(now=self.now)
        patience_s = asked.came + self._patience_s - asked.now
        order = way.order(kept.turn, asked.now, patience_s)
        place = way.place
        if 0.0 < way.pause_s <= patience_s:
            return place
        in_spite = bool(way.pause_s) and not way.crowded
        if way.line is not None:
            way.line.leave(kept)
        self._wait_no_more(kept.turn, kept.turns, asked, order)
        return place if in_spite else None

    def _wait_no_more(
        self, turn: Turn, turns: Iterator[Turn], asked: Asked, order: Sequence[Account]
    ) -> None:
        if self._way.pause_s and self._way.crowded:
            self._refused(turn, turns, asked, self._way.pause_s)
        else:
            self._send(turn, turns, asked, order)

    def _send(
        self, turn: Turn, turns: Iterator[Turn], asked: Asked, order: Sequence[Account]
    ) -> None:
        now = asked.now
        wait_s = float("inf")
        for account in order:
            held = self._way.hold(account, now)
            answer = account.provider.ask(turn, now)
            if answer.status == 200:
                held.first(answer, now)
                self.tally.paused += now > asked.came
                self.tally.paused_s += now - asked.came
                self._answered(turn, turns, Answering(account, held, answer), now)
                return
            held.refused(answer, now)
            self.tally.refused += 1
            wait_s = min(wait_s, answer.wait_s)
        self._refused(turn, turns, asked, wait_s)

    def _refused(self, turn: Turn, turns: Iterator[Turn], asked: Asked, wait_s: float) -> None:
        now = asked.now
        self.tally.seen += 1
        self.tally.in_vain += now > asked.came
        if asked.tries >= TRIES:
            self.tally.lost += 1
            return
        later = now + max(wait_s, _LEAST_WAIT_S)
        again = asked.tries + 1
        self._at(later, lambda at: self._ask(turn, turns, Asked(at, at, again)))

    def _answered(
        self, turn: Turn, turns: Iterator[Turn], answering: Answering, now: float
    ) -> None:
        account, held, answer = answering
        self.tally.requests += 1
        self.tally.input_tokens += turn.input_tokens
        self.tally.cached_tokens += answer.cached

        def end(at: float) -> None:
            account.provider.settle(turn, answer, at)
            held.end(answer, at)

        ends = now + answer.whole_s
        self._at(ends, end)
        self._at(ends + turn.then_s, lambda at: self._go_on(turns, at))


def compare(
    developers: int,
    hours: float,
    quotas: Quotas,
    seed: int = SEED,
    patience_s: float = PATIENCE_S,
) -> dict[str, Tally]:
    """The same day with one account of endless quota, with four and affinity, with four in turn.

    Args:
        developers: people at work.
        hours: of the day; fewer take fewer sessions.
        quotas: of each of the four accounts.
        seed: of all draws.
        patience_s: how long the gateway keeps a request for a quota.
    """
    sessions = day(developers, hours, seed)
    endless = accounts(ENDLESS)[:1]
    affine = Routing("least_tokens")
    return {
        "one account": Simulation(sessions, RoundRobin(endless)).run(),
        "affinity": Simulation(sessions, Affine(accounts(quotas), affine, seed), patience_s).run(),
        "round robin": Simulation(sessions, RoundRobin(accounts(quotas))).run(),
    }


def report(found: dict[str, Tally]) -> str:
    """A table for people."""
    one = found["one account"].hit_rate
    titles = (
        "requests",
        "read from caches",
        "of one account's",
        "spilled",
        "paused",
        "429s met",
        "429s seen by clients, after a pause",
        "lost",
    )
    lines = [f"| | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|"]
    for name, tally in found.items():
        paused = "–"
        if tally.paused:
            paused = f"{tally.paused:,}, {tally.paused_s / tally.paused:.1f} s each"
        spilled = f"{tally.spilled / max(1, tally.requests):.1%}" if tally.spilled else "–"
        lines.append(
            f"| {name} | {tally.requests:,} | {tally.hit_rate:.1%} | {tally.hit_rate / one:.1%}"
            f" | {spilled} | {paused} | {tally.refused:,} | {tally.seen:,}, {tally.in_vain:,}"
            f" | {tally.lost:,} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Prints the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--developers", type=int, default=50)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--tokens-a-minute", type=float, default=300_000)
    parser.add_argument("--requests-a-minute", type=float, default=13)
    parser.add_argument("--patience-s", type=float, default=PATIENCE_S)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = compare(
        chosen.developers,
        chosen.hours,
        Quotas(chosen.tokens_a_minute, chosen.requests_a_minute),
        chosen.seed,
        chosen.patience_s,
    )
    if chosen.json:
        print(json.dumps({name: asdict(one) for name, one in found.items()}, indent=2))
    else:
        print(report(found))


if __name__ == "__main__":
    main()
