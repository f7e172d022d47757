"""Judges a run: compares what the upstream counted, what clients saw, and what the ledger says.

It does not know processes or files. Each check has a name and yields what is wrong, one line each;
a run is good when no check yields anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from support.chaos.book import Arrival
from support.chaos.client import Seen
from support.chaos.crowd import METERED, NARROW, RATED
from support.chaos.run import Happened

# a window of a minute counts in whole seconds, and a request may be on its way for a while
_MINUTE_S = 55.0
# the end of one request and the beginning of the next reach the upstream on different sockets
_BLUR_S = 0.25
# one gateway counts by itself; the counts of several outlive each of them
_COUNTS_ALONE = {"gateway", "gateway, idle", "supervisor"}
_MORE_KIB = 40 * 1024
_MORE_DESCRIPTORS = 2

Row = dict[str, Any]


class Evidence:
    """A run, sorted for the checks."""

    def __init__(self, happened: Happened, arrivals: list[Arrival]) -> None:
        if happened.crowd is None or happened.ledger is None:
            raise ValueError("the run did not come to its end")
        self.happened = happened
        self.arrivals = arrivals
        self.ledger = happened.ledger
        self.seen: list[Seen] = happened.crowd.seen
        self.ids = {key.name: key.id for key in happened.crowd.keys.values()}
        self.rows_of: dict[str, list[Row]] = defaultdict(list)
        for row in self.ledger.rows:
            self.rows_of[row["session"]].append(row)
        self.arrivals_of: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in arrivals:
            self.arrivals_of[arrival.nonce].append(arrival)


def place_of(row: Row) -> str:
    """`chat/0-openai` is `chat0` to the upstream."""
    model, _, rest = row["deployment"].partition("/")
    return model + rest.split("-")[0]


def lost(e: Evidence) -> Iterator[str]:
    """Requests that the upstream counted and the ledger does not know."""
    for nonce, arrivals in e.arrivals_of.items():
        rows = Counter(place_of(row) for row in e.rows_of[nonce])
        for place, count in Counter(one.place for one in arrivals).items():
            if count > rows[place]:
                yield f"{nonce} came to {place} {count} times, the ledger has {rows[place]} rows"


def doubled(e: Evidence) -> Iterator[str]:
    """Answers in the ledger that no upstream has given, and requests with two names."""
    for nonce, rows in e.rows_of.items():
        came = Counter(one.place for one in e.arrivals_of[nonce])
        answered = Counter(place_of(row) for row in rows if row["http_status"])
        for place, count in answered.items():
            if count > came[place]:
                yield f"{nonce} has {count} answers of {place}, which was asked {came[place]} times"
        if len({row["request_id"] for row in rows}) > 1:
            yield f"{nonce} was asked once and has rows of several requests"


def unmarked(e: Evidence) -> Iterator[str]:
    """Rows that are still open although nothing is."""
    for row in e.ledger.rows:
        if row["state"] != "settled":
            yield f"{row['session']} attempt {row['attempt']} is {row['state']}"


def without_intent(e: Evidence) -> Iterator[str]:
    """Rows of settlements whose intent was never written, and lines that could not be read."""
    for row in e.ledger.rows:
        if row["orphan"]:
            yield f"{row['request_id']} attempt {row['attempt']} has no intent"
    if e.ledger.skipped_lines:
        yield f"{e.ledger.skipped_lines} lines of a journal could not be read"


def undercharged(e: Evidence) -> Iterator[str]:
    """Unsettled rows that are not charged at their reservation."""
    for row in e.ledger.rows:
        if row["status"] == "unsettled" and row["cost_usd_micros"] != row["reserved_usd_micros"]:
            yield f"{row['session']}: {row['cost_usd_micros']} of {row['reserved_usd_micros']}"


def sums(e: Evidence) -> Iterator[str]:
    """Rows that do not add up to what budgets and reports say."""
    cost: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for row in e.ledger.rows:
        if row["state"] == "settled":
            cost[row["key_id"]] += row["cost_usd_micros"]
            count[row["key_id"]] += 1
    for key in cost | count:
        name = e.ledger.key_names.get(key, key)
        rolled, attempts = e.ledger.rolled.get(key, (0, 0))
        if (rolled, attempts) != (cost[key], count[key]):
            yield f"{name}: rows {cost[key]} in {count[key]}, reports {rolled} in {attempts}"
        for window in ("total", "day", "month"):
            found = sum(
                micros
                for (scope, one, _), micros in e.ledger.spend.items()
                if (scope, one) == (key, window)
            )
            if found != cost[key]:
                yield f"{name}: rows {cost[key]}, spend by {window} {found}"


def over_budget(e: Evidence) -> Iterator[str]:
    """Budgets of which more is spent than there was, in micro-dollars."""
    for key, (amount, window) in e.ledger.budgets.items():
        for (scope, one, start), micros in e.ledger.spend.items():
            if (scope, one) == (key, window) and micros > amount:
                name = e.ledger.key_names.get(key, key)
                yield f"{name}: {micros} of {amount} in the {window} from {start}: {micros - amount}"


def over_concurrency(e: Evidence) -> Iterator[str]:
    """More requests of a key open at the upstream than its limit."""
    steps = []
    for one in e.arrivals:
        if one.key == "narrow" and one.over_at - _BLUR_S > one.at:
            steps += [(one.at, 1), (one.over_at - _BLUR_S, -1)]
    opened = 0
    for at, step in sorted(steps):
        opened += step
        if opened > NARROW:
            yield f"{opened} at once at {at:.3f}, the limit is {NARROW}"


def over_requests(e: Evidence) -> Iterator[str]:
    """More requests in a minute than a key's limit, as long as whoever counts them lives."""
    for at, count in _windows(e, "rated", lambda _: 1, lives=True):
        if count > RATED:
            yield f"{count} requests in the minute before {at:.3f}, the limit is {RATED}"


def over_tokens(e: Evidence) -> Iterator[str]:
    """More tokens in a minute than a key's limit, as long as whoever counts them lives."""
    for at, count in _windows(e, "metered", _tokens, lives=True):
        if count > METERED:
            yield f"{count} tokens in the minute before {at:.3f}, the limit is {METERED}"


def _tokens(one: Arrival) -> int:
    return one.input_tokens + one.output_tokens if one.said else 0


def _windows(
    e: Evidence, key: str, weight: Callable[[Arrival], int], *, lives: bool
) -> Iterator[tuple[float, int]]:
    """Sums over the minute before each request of a key; `lives` begins anew with whoever counts."""
    # what a dead gateway had sent is still read for a moment; its successor is not there so soon
    forgetful = {"supervisor"} if e.happened.order.workers > 1 else _COUNTS_ALONE
    deaths = [kill.at + _BLUR_S for kill in e.happened.kills if kill.role in forgetful]
    window: list[tuple[float, int]] = []
    known: set[str] = set()
    for one in e.arrivals:
        if one.key != key:
            continue
        first = one.nonce not in known  # a further attempt is not a further request
        known.add(one.nonce)
        amount = weight(one) if first or weight is _tokens else 0
        if lives:
            began = max((at for at in deaths if at < one.at), default=0.0)
            window = [pair for pair in window if pair[0] > began]
        window = [pair for pair in window if pair[0] > one.at - _MINUTE_S]
        window.append((one.at, amount))
        yield one.at, sum(pair[1] for pair in window)


def beyond_restarts(e: Evidence) -> dict[str, int]:
    """How much more than its limits keys got in a minute when gateways died within it."""
    requests = max((n for _, n in _windows(e, "rated", lambda _: 1, lives=False)), default=0)
    tokens = max((n for _, n in _windows(e, "metered", _tokens, lives=False)), default=0)
    return {"requests": max(0, requests - RATED), "tokens": max(0, tokens - METERED)}


def false_success(e: Evidence) -> Iterator[str]:
    """Answers that looked whole to a client although no upstream had said their end."""
    for seen in e.seen:
        if seen.success and not any(one.said for one in e.arrivals_of[seen.ask.nonce]):
            faults = [one.fault for one in e.arrivals_of[seen.ask.nonce]]
            yield f"{seen.ask.nonce} ({seen.ask.dialect}, {seen.ask.model}): {faults}"


def success_unsettled(e: Evidence) -> Iterator[str]:
    """Answers that a client has seen whole and the ledger has not settled as good."""
    excused = [(begin, end) for begin, end, killed in e.happened.full_disks if killed]
    for seen in e.seen:
        if not seen.success or any(begin <= seen.ended <= end for begin, end in excused):
            continue
        statuses = [row["status"] for row in e.rows_of[seen.ask.nonce]]
        if "ok" not in statuses:
            yield f"{seen.ask.nonce} was answered; its rows are {statuses}"


def wrong_usage(e: Evidence) -> Iterator[str]:
    """Good rows whose tokens are not those of any answer that their request was given."""
    for nonce, rows in e.rows_of.items():
        for row in rows:
            if row["status"] != "ok":
                continue
            told = [one for one in e.arrivals_of[nonce] if one.place == place_of(row)]
            counts = {(one.input_tokens, one.output_tokens) for one in told}
            if all(one.honest for one in told) and (
                (row["input_tokens"], row["output_tokens"]) not in counts
            ):
                have = (row["input_tokens"], row["output_tokens"])
                yield f"{nonce}: the ledger has {have}, the upstream told {counts}"


def never_ended(e: Evidence) -> Iterator[str]:
    """Requests without an answer, an error or an end of their connection."""
    for seen in e.seen:
        if seen.problem == "hung":
            yield f"{seen.ask.nonce} ({seen.ask.kind}, {seen.ask.model}) hung"


def defects(e: Evidence) -> Iterator[str]:
    """Errors of our own: in answers, and in what the processes wrote."""
    for seen in e.seen:
        if "defect" in seen.error or seen.problem.startswith("malformed"):
            yield f"{seen.ask.nonce}: {seen.error or seen.problem}"
    for line in e.happened.log_text.splitlines():
        if '"event":"defect"' in line or "Traceback (most recent" in line or "Error:" in line:
            yield line[:400]


def left_behind(e: Evidence) -> Iterator[str]:
    """Descriptors, memory, requests and processes that outlive what they were for."""
    probes = e.happened.probes
    for role in ("gateway", "control"):
        more = probes["after"][role] - probes["before"][role]
        if more > _MORE_DESCRIPTORS:
            yield f"{role}: {more:g} descriptors more than before"
        grown = probes["after"][f"{role}_kib"] - probes["before"][f"{role}_kib"]
        if grown > _MORE_KIB:
            yield f"{role}: {grown} KiB more than before"
    if probes["in_flight"]:
        yield f"{probes['in_flight']:g} requests in flight after the end"
    if probes["zombies"]:
        yield f"{probes['zombies']} processes that nobody has waited for"


def reservation_left(e: Evidence) -> Iterator[str]:
    """Limits and budgets that cannot be used again to the full, or beyond it."""
    probes = e.happened.probes
    if probes["concurrency"] != [200] * NARROW + [429]:
        yield f"{NARROW + 1} requests at a limit of {NARROW} were answered {probes['concurrency']}"
    if (probes["too much"], probes["just enough"]) != (REFUSED, 200):
        yield (
            f"of the {probes['left_usd_micros']} micro-dollars left, more than all was answered"
            f" {probes['too much']}, all {probes['just enough']} ({probes['said']})"
        )


REFUSED = 429

CHECKS: dict[str, Callable[[Evidence], Iterator[str]]] = {
    check.__name__: check
    for check in (
        lost,
        doubled,
        unmarked,
        without_intent,
        undercharged,
        sums,
        over_budget,
        over_concurrency,
        over_requests,
        over_tokens,
        false_success,
        success_unsettled,
        wrong_usage,
        never_ended,
        defects,
        left_behind,
        reservation_left,
    )
}


def audit(e: Evidence) -> dict[str, list[str]]:
    """What each check has found, empty lists where it found nothing."""
    return {name: list(check(e)) for name, check in CHECKS.items()}
