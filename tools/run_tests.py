"""Runs the tests: unit suite, properties with many examples, then real processes, browser and database.

It does not know any test. System packages that tests need are installed where this user may; where
not, the tests that need them are left out, loudly. Under CI=true nothing is left out: a missing
package is a failure.

    python -m tools.run_tests unit | properties | real | all [pytest arguments]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools import system_packages

ROOT = Path(__file__).resolve().parent.parent
REAL = ("e2e", "browser", "postgres", "poppler", "fonts")
# plugins that only tests with a browser need, and what came along: each looks at each of thousands of tests
UNUSED = ("playwright", "base_url", "anyio")
# two or three tests run beside one another: threads of a library's own only get in their way
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
NO_TESTS = 5  # pytest's exit code when it selected nothing


def expression(left_out: list[str]) -> str:
    """The marker expression of the real tests, without those that cannot run here."""
    wanted = " or ".join(REAL)
    return f"({wanted})" + "".join(f" and not {marker}" for marker in dict.fromkeys(left_out))


def pytest(*arguments: str, **variables: str) -> int:
    """Runs pytest in the repository's root; its exit code, 'nothing selected' being success."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    environment = os.environ | variables
    # Python's caches save a third of the time here: tests are rewritten, and many processes start
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    code = subprocess.run(command, cwd=ROOT, check=False, env=environment).returncode
    return 0 if code == NO_TESTS else code


def spread() -> list[str]:
    """Arguments that spread tests over processes and leave out plugins that none of them needs.

    Three processes more than cores, for many tests wait while others compute: on two cores five take
    54 s where three take 66.
    """
    processes = str(min(8, (os.cpu_count() or 1) + 3))
    left_out = [argument for plugin in UNUSED for argument in ("-p", f"no:{plugin}")]
    return ["-p", "tools.processes", "--processes", processes, *left_out]


def unit(arguments: list[str]) -> int:
    """The suite that needs no process, browser or database."""
    marked = f"not ({' or '.join(REAL)})"
    return pytest(*spread(), "-m", marked, *arguments, **ONE_THREAD)


def properties(arguments: list[str]) -> int:
    """What the unit suite tries with a few examples, with many."""
    marked = f"hypothesis and not ({' or '.join(REAL)})"
    profile = os.environ.get("HYPOTHESIS_PROFILE") or "full"
    return pytest(*spread(), "-m", marked, *arguments, HYPOTHESIS_PROFILE=profile, **ONE_THREAD)


def real(arguments: list[str]) -> int:
    """The tests with real parts, as far as this machine has them."""
    absent = system_packages.missing()
    for need, reason in absent:
        print(
            f"LEFT OUT: tests marked '{need.marker}' ({need.purpose}, package {need.package}): {reason}"
        )
    if absent and os.environ.get("CI") == "true":
        print("run_tests: under CI=true nothing may be left out", file=sys.stderr)
        return 1
    return pytest("-m", expression([need.marker for need, _ in absent]), *arguments)


def main(arguments: list[str]) -> int:
    """The first failing suite's exit code, or 0."""
    suites = {
        "unit": [unit],
        "properties": [properties],
        "real": [real],
        "all": [unit, properties, real],
    }
    if not arguments or arguments[0] not in suites:
        print(__doc__, file=sys.stderr)
        return 2
    for suite in suites[arguments[0]]:
        code = suite(arguments[1:])
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
