"""Turns the record of a chaos run into the table of docs/chaos.md, and checks that the page has it.

It does not know how anything was broken. The record is a copy of the run that the project stands by.

    python -m tools.chaos_report --check DOCS | --write DOCS
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

RECORDED = Path("tests/chaos/recorded.json")
PAGE = "chaos.md"
BEGIN, END = "<!-- chaos: begin -->\n", "<!-- chaos: end -->"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        kills: by role, each with streams open.
        monotonic_starts: processes that began with a monotonic clock of another origin.
        asked: requests of clients; `counted` those that the upstream has received, each attempt
            for itself.
        faults: what the upstream did, by kind.
        requests_beyond_restarts: most that a key got in a minute beyond its limit, across restarts;
            `tokens_beyond_restarts` likewise.
    """

    at: str
    seed: int
    seconds: int
    python: str
    kills: dict[str, int]
    streams_open_least: int
    streams_open_median: int
    full_disks: int
    full_disks_killed: int
    clock_steps: int
    monotonic_starts: int
    asked: int
    left_early: int
    counted: int
    faults: dict[str, int]
    rows: int
    rows_by_status: dict[str, int]
    rows_lost: int
    rows_doubled: int
    rows_unmarked: int
    overshoot_usd_micros: int
    overshoot_tokens: int
    overshoot_requests: int
    false_successes: int
    unsettled_successes: int
    descriptors_leaked: int
    reservations_leaked: int
    requests_beyond_restarts: int
    tokens_beyond_restarts: int


def tables(report: Report) -> str:
    """Markdown: what was done, what came of it, and the faults by kind."""
    kills = ", ".join(f"{count:,} of {role}" for role, count in report.kills.items())
    statuses = ", ".join(f"{count:,} {name}" for name, count in report.rows_by_status.items())
    done = [
        ("processes killed (SIGKILL)", f"{sum(report.kills.values()):,}: {kills}"),
        (
            "streams open at a kill",
            f"at least {report.streams_open_least}, median {report.streams_open_median}",
        ),
        (
            "full disks",
            f"{report.full_disks}, in {report.full_disks_killed} of them the gateway was killed",
        ),
        ("steps of the wall clock", f"{report.clock_steps}"),
        ("starts with another monotonic clock", f"{report.monotonic_starts}"),
        ("requests of clients", f"{report.asked:,}, {report.left_early:,} of which left early"),
        ("requests that the upstream counted", f"{report.counted:,}"),
        ("rows in the ledger", f"{report.rows:,}: {statuses}"),
    ]
    came = [
        ("rows lost", report.rows_lost),
        ("rows doubled", report.rows_doubled),
        ("rows left open, or without an intent", report.rows_unmarked),
        ("dollars spent beyond a budget", _dollars(report.overshoot_usd_micros)),
        ("minutes with tokens beyond a limit", report.overshoot_tokens),
        ("moments with requests beyond a limit", report.overshoot_requests),
        ("broken answers that looked whole", report.false_successes),
        ("whole answers that were not settled", report.unsettled_successes),
        ("descriptors leaked", report.descriptors_leaked),
        ("reservations leaked", report.reservations_leaked),
    ]
    lines = [
        f"Run of {report.at[:10]}, seed {report.seed}, {report.seconds} s, Python {report.python}.",
        "",
        *_table(("what was done", ""), done),
        "",
        *_table(("what came of it", ""), came),
        "",
        *_table(("what the upstream did", "requests"), sorted(report.faults.items())),
    ]
    return "\n".join(lines) + "\n"


def _table(heads: tuple[str, str], rows: list[tuple[str, object]]) -> list[str]:
    made = [f"| {heads[0]} | {heads[1]} |", "|---|---:|"]
    for name, value in rows:
        made.append(f"| {name} | {f'{value:,}' if isinstance(value, int) else value} |")
    return made


def _dollars(micros: int) -> object:
    return f"{micros / 1_000_000:.6f}" if micros else 0


def embedded(page: str, made: str) -> str:
    """The page with the tables between its marks.

    Raises:
        ValueError: the marks are missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} lacks the marks {BEGIN.strip()} and {END}")
    return f"{before}{BEGIN}{made}{END}{after}"


def main(arguments: list[str]) -> int:
    """Writes or checks the page; 1 when it differs, 2 on wrong usage."""
    if len(arguments) != 2 or arguments[0] not in {"--check", "--write"}:
        print(__doc__, file=sys.stderr)
        return 2
    page = Path(arguments[1]) / PAGE
    report = msgspec.json.decode(RECORDED.read_bytes(), type=Report)
    kept = page.read_text(encoding="utf-8")
    made = embedded(kept, tables(report))
    if arguments[0] == "--write":
        page.write_text(made, encoding="utf-8")
    elif made != kept:
        print(f"the tables of {page} are not those of {RECORDED}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
