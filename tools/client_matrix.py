"""Turns what the clients' tests proved into the table of docs/clients.md, and says when it is stale.

It does not know clients. The tests name their cells (`proves(client, what, upstream)`); `make clients`
records which of them passed, with which versions. The page is stale when a cell was added, removed or
never passed, or when a version was pinned anew.

    python -m tools.client_matrix --check DOCS | --write DOCS
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

TESTS = Path("tests/e2e/clients")
RECORDED = TESTS / "recorded.json"
LEFT_OUT = TESTS / "left_out.json"
PINS = (Path("constraints.txt"), Path("tests/support/clients/packages.py"))
PAGE = "clients.md"
MARKS = {
    "matrix": ("<!-- matrix: begin -->\n", "<!-- matrix: end -->"),
    "left out": ("<!-- left out: begin -->\n", "<!-- left out: end -->"),
}


class Cell(msgspec.Struct, frozen=True, order=True):
    """One claim: this client can do this with a model behind an upstream of that dialect."""

    client: str
    what: str
    upstream: str


class LeftOut(msgspec.Struct, frozen=True):
    """Cases of an SDK's own suite that are not run, by pytest's `-k`, and why."""

    suite: str
    cases: str
    reason: str


class Record(msgspec.Struct, frozen=True):
    """What runs of the clients' tests have proved.

    Attributes:
        at: when the last of them was, of all tests or some, RFC 3339.
        packages: by client, as they are pinned.
        passed: the cells of which every test passed.
        failed: the cells of which a test failed or was left out.
    """

    at: str
    packages: dict[str, str]
    passed: list[Cell]
    failed: list[Cell] = []


def declared(folder: Path) -> set[Cell]:
    """The cells that the tests name, read without running them.

    Raises:
        ValueError: one is not written out as three texts.
    """
    found = set()
    for file in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "proves":
                texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                if len(texts) != 3 or len(node.args) != 3:
                    raise ValueError(f"{file}:{node.lineno}: `proves` takes three texts")
                found.add(Cell(*texts))
    return found


def faults(record: Record, cells: set[Cell], pins: str) -> Iterator[str]:
    """Why the record no longer speaks for the tests."""
    passed = set(record.passed)
    for cell in sorted(cells - passed):
        state = "did not pass" if cell in record.failed else "is not recorded"
        yield f"{_shown(cell)} {state}; `make clients` records anew"
    for cell in sorted(passed - cells):
        yield f"{_shown(cell)} is recorded and no test names it; `make clients`"
    for client, package in record.packages.items():
        if package not in pins:
            yield f"{client} was recorded with {package}, which is not pinned any more; `make clients`"


def _shown(cell: Cell) -> str:
    return f"{cell.client}, {cell.what}, {cell.upstream}"


def table(record: Record) -> str:
    """Markdown: a row for each client and ability, a column for each upstream."""
    upstreams = sorted({cell.upstream for cell in record.passed})
    passed = set(record.passed)
    lines = [
        f"Recorded {record.at[:10]}.",
        "",
        f"| client | proved | {' | '.join(upstreams)} |",
        f"|---|---|{':---:|' * len(upstreams)}",
    ]
    before = ""
    for client, what in sorted({(cell.client, cell.what) for cell in passed}):
        name = client if client != before else ""
        package = record.packages.get(client)
        shown = f"{name}<br>`{package}`" if name and package else name
        marks = ["✓" if Cell(client, what, one) in passed else "" for one in upstreams]
        lines.append(f"| {shown} | {what} | {' | '.join(marks)} |")
        before = client
    return "\n".join(lines) + "\n"


def omissions(cases: list[LeftOut]) -> str:
    """Markdown: what of the SDKs' own suites is left out."""
    rows = [f"| {one.suite} | `{one.cases}` | {one.reason} |" for one in cases]
    return "\n".join(["| suite | cases (`pytest -k`) | why |", "|---|---|---|", *rows]) + "\n"


def embedded(page: str, name: str, made: str) -> str:
    """The page with a table between its marks.

    Raises:
        ValueError: the marks are missing.
    """
    first, last = MARKS[name]
    before, begin, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{PAGE} lacks the marks {first.strip()} and {last}")
    return f"{before}{first}{made}{last}{after}"


def main(arguments: list[str]) -> int:
    """Writes or checks the page; 1 when it is stale, 2 on wrong usage."""
    if len(arguments) != 2 or arguments[0] not in {"--check", "--write"}:
        print(__doc__, file=sys.stderr)
        return 2
    page = Path(arguments[1]) / PAGE
    record = msgspec.json.decode(RECORDED.read_bytes(), type=Record)
    cases = msgspec.json.decode(LEFT_OUT.read_bytes(), type=list[LeftOut])
    pins = "".join(path.read_text(encoding="utf-8") for path in PINS)
    found = list(faults(record, declared(TESTS), pins))
    kept = page.read_text(encoding="utf-8")
    made = embedded(embedded(kept, "matrix", table(record)), "left out", omissions(cases))
    if arguments[0] == "--write":
        page.write_text(made, encoding="utf-8")
    elif made != kept:
        found.append(f"the tables of {page} are not those of {TESTS}; `make docs` writes them anew")
    print("\n".join(found), end="", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
