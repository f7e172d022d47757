"""Runs the tests: the unit suite, then those with real processes, browser and database.

It does not know any test. System packages that tests need are installed where this user may (root,
or sudo without a password); where not, the tests that need them are left out, loudly. Under
CI=true nothing is left out: a missing package is a failure.

    python tools/run_tests.py unit | real | all [pytest arguments]
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REAL = ("e2e", "browser", "postgres")
NO_TESTS = 5  # pytest's exit code when it selected nothing


@dataclass(frozen=True)
class Need:
    """A system package, the marker of the tests that need it, and how to tell that it is there."""

    package: str
    marker: str
    purpose: str

    def present(self) -> bool:
        """Whether it can be used now."""
        if self.package == "chromium":
            return any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
        if self.package == "postgresql":
            return bool(
                shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
            )
        return ctypes.util.find_library("gomp") is not None


NEEDS = (
    Need("postgresql", "postgres", "a real PostgreSQL server"),
    Need("chromium", "browser", "a real browser"),
    Need("libgomp1", "e2e", "the embedded engine's OpenMP library"),
)


def root_prefix() -> list[str] | None:
    """What to put before a command that needs root; None when there is no way."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0
    ):
        return [sudo, "-n"]
    return None


def install(packages: list[str]) -> str:
    """Installs Debian packages; an empty text, or why it could not be done."""
    prefix = root_prefix()
    apt = shutil.which("apt-get")
    if apt is None:
        return "no apt-get here"
    if prefix is None:
        return "needs root, or sudo without a password"
    print(f"  · apt-get install {' '.join(packages)}", flush=True)
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*prefix, apt, "-qq", "update"], check=False, capture_output=True)
    done = subprocess.run(
        [*prefix, *environment, apt, "-qq", "-y", "--no-install-recommends", "install", *packages],
        check=False,
        capture_output=True,
        text=True,
    )
    return (
        "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["apt-get failed"])[-1]
    )


def missing() -> list[tuple[Need, str]]:
    """What still is not there after trying to install it, each with the reason."""
    absent = [need for need in NEEDS if not need.present()]
    if not absent:
        return []
    reason = install([need.package for need in absent])
    return [(need, reason or "installed, but not found") for need in absent if not need.present()]


def expression(left_out: list[str]) -> str:
    """The marker expression of the real tests, without those that cannot run here."""
    wanted = " or ".join(REAL)
    return f"({wanted})" + "".join(f" and not {marker}" for marker in left_out)


def pytest(*arguments: str) -> int:
    """Runs pytest in the repository's root; its exit code, 'nothing selected' being success."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    return 0 if code == NO_TESTS else code


def unit(arguments: list[str]) -> int:
    """The suite that needs no process, browser or database."""
    return pytest("-m", " and ".join(f"not {marker}" for marker in REAL), *arguments)


def real(arguments: list[str]) -> int:
    """The tests with real parts, as far as this machine has them."""
    absent = missing()
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
    suites = {"unit": [unit], "real": [real], "all": [unit, real]}
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
