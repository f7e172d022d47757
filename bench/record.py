"""Makes a run the one that the project stands by, and writes everything that is made from it.

It does not measure. README, docs/benchmarks.md and the picture follow the recorded run, and `make check`
fails when they do not.

    python -m bench.record bench/results/RUN.json
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from bench.report import budgets, pages
from bench.report.result import RECORDED, read

# where nginx's own figure moved by more between its rounds, the machine had other things to do
_MOST_MOVED = 0.2


def main(arguments: list[str]) -> int:
    """Copies and writes; 1 when the file is no run or a noisy one, 2 on wrong usage."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        result = read(Path(arguments[0]))
    except (OSError, msgspec.MsgspecError) as error:
        print(f"record: {arguments[0]}: {error}", file=sys.stderr)
        return 1
    if (budgets.moved(result) or 0.0) > _MOST_MOVED:
        print(f"record: {budgets.noise(result)}: too much to stand by", file=sys.stderr)
        return 1
    RECORDED.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    for path in pages.write(result):
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
