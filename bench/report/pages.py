"""Puts tables and picture into README and docs/benchmarks.md, between marks, and compares them.

It does not know how anything was measured; prose around the marks is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.peers.registry import CANDIDATES
from bench.report import budgets, picture, tables
from bench.report.result import RECORDED, Result

README = Path("README.md")
PAGE = Path("docs/benchmarks.md")
PICTURE = Path("docs/benchmarks.svg")
_REASON_LENGTH = 200
_ALONE = "vanguard counted its limits for itself in this run; under `vanguard up` it borrows them."


def embedded(page: Path, kept: str, made: str, name: str = "bench") -> str:
    """The page with what was made between its marks, which carry a name.

    Raises:
        ValueError: the marks are missing.
    """
    first, last = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, begin, rest = kept.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{page} lacks the marks {first.strip()} and {last}")
    return f"{before}{begin}{made}{end}{after}"


def _where(result: Result) -> str:
    machine = result.machine
    return (
        f"{len(result.rounds)} interleaved rounds on {result.at[:10]}, {machine['cpu']},"
        f" {machine['cores']} shared cores, Python {machine['python']}; {budgets.noise(result)}"
    )


def short(result: Result) -> str:
    """The README's part: the budgets."""
    return f"{budgets.table(result)}\nMedians of {_where(result)}.\n"


def whole(result: Result) -> str:
    """The docs' part: everything."""
    parts = [
        f"Medians of {_where(result)}. One core for the candidate, one for load and upstream.\n",
        "## Budgets\n",
        budgets.table(result),
        f"![CPU per request and per event, by candidate]({PICTURE.name})\n",
        "## Cost\n",
        tables.cost(result),
        "## Added latency, µs\n",
        tables.latency(result),
        "## Memory and start\n",
        tables.memory(result),
        "## Every scenario\n",
        tables.scenarios(result),
        tables.ours(result),
        *(["## Two workers\n", two] if (two := tables.workers(result)) else []),
        "## System calls\n",
        tables.calls(result),
        "## Noise\n",
        tables.noise(result),
        "## The candidates\n",
        "\n".join(_candidates(result)) + "\n",
    ]
    return "\n".join(parts)


def _candidates(result: Result) -> Iterator[str]:
    for name in result.names():
        candidate = CANDIDATES.get(name)
        yield f"- **{name}** {result.versions[name]}: {candidate.note if candidate else ''}"
    if "vanguard" in result.versions:
        yield "- " + ("vanguard borrowed its limits." if result.lent else _ALONE)
    for field, value in result.boot.items():
        yield f"- vanguard ran with `{field}={value}`, which is not its default."
    for name, reason in result.absent.items():
        yield f"- **{name}** was left out: {_plain(reason)}"
    for what, reason in result.failed.items():
        yield f"- **{what}** failed: {_plain(reason)}"


def _plain(reason: str) -> str:
    """A reason on one line, without what Markdown would read as its own."""
    short_reason = " ".join(reason.split())[:_REASON_LENGTH]
    return "`" + short_reason.replace("`", "'") + "`"


def made(result: Result | None) -> dict[Path, str]:
    """What each file should say; no result empties the parts between the marks."""
    texts = {
        page: embedded(page, page.read_text(encoding="utf-8"), text)
        for page, text in (
            (README, short(result) if result else ""),
            (PAGE, whole(result) if result else ""),
        )
    }
    if result:
        texts[PICTURE] = picture.svg(result)
    return texts


def write(result: Result | None) -> list[Path]:
    """Writes all files; returns which."""
    texts = made(result)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return list(texts)


def faults(result: Result | None) -> Iterator[str]:
    """Files that do not say what the recorded run says."""
    for path, text in made(result).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield f"{path} is not what {RECORDED} says"
