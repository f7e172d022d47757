"""One run as data, and the figures read off it: medians, ratios within a round, spread.

It does not know how anything was measured, nor how it is shown.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

import msgspec

Round = dict[str, dict[str, float]]

RECORDED = Path("bench/results/recorded.json")
LATENCIES = tuple(
    f"{which}.{share}_us" for which in ("low", "busy", "first") for share in ("p50", "p99")
)


class Result(msgspec.Struct, frozen=True):
    """One run of `make bench`.

    Attributes:
        kinds: of each candidate, see `bench.peers.contract`.
        rounds: figures by candidate, see `bench.rounds` for their names.
        absent: candidates that were asked for and could not be had, with the reason.
        boot: boot values of our own gateway that differed from the product's.
        lent: whether our gateway borrowed its limits, as in the product; older runs counted alone.
        failed: what a candidate could not do, as `<candidate> <scenario>`, with the reason.
        calls: system calls by candidate, `json` or `event`, and name; empty without strace.
    """

    at: str
    machine: dict[str, str]
    versions: dict[str, str]
    kinds: dict[str, str]
    rounds: list[Round]
    absent: dict[str, str] = {}
    failed: dict[str, str] = {}
    boot: dict[str, str] = {}
    lent: bool = False
    calls: dict[str, dict[str, dict[str, float]]] = {}

    def names(self, *kinds: str) -> list[str]:
        """Candidates of these kinds; of all but the load itself when none is given."""
        return [
            name
            for name in self.versions
            if (self.kinds[name] in kinds if kinds else self.kinds[name] != "load")
        ]


def read(path: Path) -> Result:
    """A run from its file.

    Raises:
        OSError: no such file.
        msgspec.MsgspecError: it is no run.
    """
    return msgspec.json.decode(path.read_bytes(), type=Result)


def with_added(round_: Round) -> Round:
    """The round with each candidate's latencies beyond those of the upstream itself, `added_…`."""
    direct = round_.get("direct", {})
    found = {}
    for name, figures in round_.items():
        added = {
            f"added_{latency}": figures[latency] - direct[latency]
            for latency in LATENCIES
            if name != "direct" and latency in figures and latency in direct
        }
        found[name] = {**figures, **added}
    return found


def values(result: Result, name: str, figure: str) -> list[float]:
    """A figure of one candidate in every round that has it."""
    rounds = (with_added(round_) for round_ in result.rounds)
    return [round_[name][figure] for round_ in rounds if figure in round_.get(name, {})]


def middle(result: Result, name: str, figure: str) -> float | None:
    """Its median over the rounds; None when it was not measured."""
    found = values(result, name, figure)
    return median(found) if found else None


def ratios(result: Result, over: tuple[str, str], under: tuple[str, str]) -> list[float]:
    """One candidate's figure over another's, round by round; each is (candidate, figure)."""
    found = []
    for round_ in map(with_added, result.rounds):
        top = round_.get(over[0], {}).get(over[1])
        bottom = round_.get(under[0], {}).get(under[1])
        if top is not None and bottom:
            found.append(top / bottom)
    return found


def ratio(result: Result, over: tuple[str, str], under: tuple[str, str]) -> float | None:
    """The median of `ratios`; None when no round has both."""
    found = ratios(result, over, under)
    return median(found) if found else None


def spread(result: Result, name: str, figure: str) -> float | None:
    """How far the rounds lie apart, as (largest - smallest) / median; None with fewer than two."""
    found = values(result, name, figure)
    if len(found) < 2 or not median(found):
        return None
    return (max(found) - min(found)) / median(found)
