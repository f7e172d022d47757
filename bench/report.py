"""Turns recorded rounds into the table of the README, and checks that the README has it.

It does not know how anything was measured. The table is made from `bench/results/recorded.json`, a
copy of the run that the project stands by, and stands in README.md between two marks.

    python -m bench.report --check DOCS | --write DOCS      (DOCS is ignored: the page is README.md)
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import msgspec

Round = dict[str, dict[str, float]]

RECORDED = Path("bench/results/recorded.json")
README = Path("README.md")
BEGIN, END = "<!-- bench: begin -->\n", "<!-- bench: end -->"


class Result(msgspec.Struct, frozen=True):
    """One run of `make bench`."""

    at: str
    machine: dict[str, str]
    versions: dict[str, str]
    rounds: list[Round]


# figure, heading, digits
ROWS = (
    ("cpu_ms_per_1000", "CPU ms per 1,000 requests (1 KB JSON, 64 in flight)", 1),
    ("cpu_us_per_event", "CPU µs per streamed event (100 streams, 20 ms apart)", 1),
    ("added_p50_us", "added median latency at 30 requests/s, µs", 0),
    ("idle_pss_mib", "idle memory (PSS), MiB", 1),
    ("stream_kib", "memory per open stream, KiB", 1),
    ("start_s", "start to first answer, s", 2),
)


def with_added(round_: Round) -> Round:
    """The round with each candidate's latency beyond that of the upstream itself."""
    direct = round_.get("direct", {}).get("open_p50_us")
    if direct is None:
        return round_
    return {
        name: {**figures, "added_p50_us": figures["open_p50_us"] - direct}
        for name, figures in round_.items()
    }


def values(result: Result, name: str, figure: str) -> list[float]:
    """A figure of one candidate in every round that has it."""
    rounds = (with_added(round_) for round_ in result.rounds)
    return [round_[name][figure] for round_ in rounds if figure in round_.get(name, {})]


def ratios(result: Result, name: str, peer: str, figure: str) -> list[float]:
    """A figure of one candidate over its peer's, round by round."""
    found = []
    for round_ in map(with_added, result.rounds):
        over = round_.get(name, {}).get(figure)
        under = round_.get(peer, {}).get(figure)
        if over is not None and under:
            found.append(over / under)
    return found


def table(result: Result) -> str:
    """Medians over the rounds and the ratio to nginx, Markdown."""
    names = [name for name in result.versions if name != "direct"]
    heads = [f"{name} {result.versions[name]}" for name in names]
    lines = [
        "| | " + " | ".join(heads) + " | vanguard / nginx |",
        "|---|" + "---:|" * (len(names) + 1),
    ]
    for figure, heading, digits in ROWS:
        cells = [_shown(values(result, name, figure), digits) for name in names]
        ratio = _shown(ratios(result, "vanguard", "nginx", figure), 2)
        lines.append(f"| {heading} | " + " | ".join(cells) + f" | {ratio} |")
    machine = result.machine
    note = (
        f"Medians of {len(result.rounds)} interleaved rounds on {result.at[:10]}, one core each for"
        f" gateway and load; {machine['cpu']}, {machine['cores']} shared cores, Python"
        f" {machine['python']}. nginx proxies and knows no keys; vanguard checks key, limits and"
        " budgets, prices the answer and writes the ledger."
    )
    lines += ["", note]
    return "\n".join(lines) + "\n"


def _shown(found: list[float], digits: int) -> str:
    return f"{median(found):,.{digits}f}" if found else "–"


def brief(figures: dict[str, float]) -> str:
    """One line for whoever watches."""
    return ", ".join(f"{name} {value:,.4g}" for name, value in figures.items())


def embedded(readme: str, made: str) -> str:
    """The README with the table between its marks.

    Raises:
        ValueError: the marks are missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{README} lacks the marks {BEGIN.strip()} and {END}")
    return f"{before}{BEGIN}{made}{END}{after}"


def recorded_table() -> str:
    """The table of the recorded run; empty as long as none is recorded."""
    if not RECORDED.exists():
        return ""
    return table(msgspec.json.decode(RECORDED.read_bytes(), type=Result))


def main(arguments: list[str]) -> int:
    """Writes or checks the README's table; 1 when it differs, 2 on wrong usage."""
    if len(arguments) != 2 or arguments[0] not in {"--check", "--write"}:
        print(__doc__, file=sys.stderr)
        return 2
    kept = README.read_text(encoding="utf-8")
    made = embedded(kept, recorded_table())
    if arguments[0] == "--write":
        README.write_text(made, encoding="utf-8")
    elif made != kept:
        print(f"the table of {README} is not that of {RECORDED}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
