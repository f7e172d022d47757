"""Checks or writes what is made from the recorded run. It does not measure.

python -m bench.report --check DOCS | --write DOCS      (DOCS is ignored: the pages are known)
"""

import sys

from bench.report import pages
from bench.report.result import RECORDED, read


def main(arguments: list[str]) -> int:
    """Writes or checks; 1 when a page differs, 2 on wrong usage."""
    if len(arguments) != 2 or arguments[0] not in {"--check", "--write"}:
        print(__doc__, file=sys.stderr)
        return 2
    result = read(RECORDED) if RECORDED.exists() else None
    if arguments[0] == "--write":
        pages.write(result)
        return 0
    found = list(pages.faults(result))
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
