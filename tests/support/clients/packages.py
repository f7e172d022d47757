"""Installs real clients from their own packages, each version once, into a cache of the user's.

It does not know what a client does. A package that cannot be had leaves its tests out with the
reason; under CI=true that is a failure.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tools import system_packages

# One version each, so that what CI proves today it proves tomorrow.
CLAUDE_CODE = "@anthropic-ai/claude-code@2.1.197"
CODEX = "@openai/codex@0.169.0"
GEMINI_CLI = "@google/gemini-cli@0.61.0"
AIDER = "aider-chat==0.86.2"
# what the suites inside the SDKs' source distributions import, and what builds those
SUITE_NEEDS = (
    "pytest==9.2.0",
    "pytest-asyncio==1.5.0",
    "inline-snapshot==0.36.1",
    "http-snapshot==0.1.9",
    "respx==0.23.1",
    "httpx-aiohttp==0.2.0",
    "hatchling==1.33.0",
    "hatch-fancy-pypi-readme==25.1.0",
)
_INSTALL_S = 900


def folder() -> Path:
    """Where installed clients are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "vanguard-test-clients"


@cache
def npm_package(name: str) -> Path:
    """The `node_modules` with a package of the npm registry in it; its scripts are not run."""

    def install(target: Path) -> None:
        npm = _npm()
        _run([npm, "install", "--prefix", str(target), "--ignore-scripts", "--no-audit", name])

    return _installed(name, install) / "node_modules"


@cache
def python_package(*names: str) -> Path:
    """The `bin` of a virtual environment with packages of the Python index in it."""

    def install(target: Path) -> None:
        _run([sys.executable, "-m", "venv", str(target)])
        _run([str(target / "bin" / "python"), "-m", "pip", "install", "-q", *names])

    return _installed(f"py-{names[0]}", install) / "bin"


@cache
def sdk_suite(name: str) -> tuple[Path, Path]:
    """A Python that has what an SDK's own tests need, and its source distribution, unpacked."""
    constraints = Path(__file__).resolve().parents[3] / "constraints.txt"
    pin = re.search(rf"^{name}==.+$", constraints.read_text("utf-8"), re.MULTILINE)
    assert pin is not None
    bin_ = python_package(pin[0], *SUITE_NEEDS)

    def install(target: Path) -> None:
        target.mkdir(parents=True)
        fetch = (*("download", "-q", "--no-deps", "--no-build-isolation"), "--no-binary", ":all:")
        _run([str(bin_ / "python"), "-m", "pip", *fetch, "-d", str(target), pin[0]])
        (archive,) = target.glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(target, filter="data")

    unpacked = _installed(f"sdist-{pin[0]}", install)
    return bin_ / "python", next(unpacked.glob(f"{name}-*/"))


def claude_code() -> Path:
    """The program `claude`; a package of its own for each platform holds it."""
    modules = npm_package(CLAUDE_CODE)
    found = [*modules.glob("@anthropic-ai/claude-code-*/claude")]
    if not found:
        _cannot(f"{CLAUDE_CODE} has no program for this machine")
    return found[0]


def codex() -> Path:
    """The program `codex`."""
    found = [*npm_package(CODEX).glob("@openai/codex-*/vendor/*/bin/codex")]
    if not found:
        _cannot(f"{CODEX} has no program for this machine")
    return found[0]


def gemini_cli() -> Path:
    """The program `gemini`; it needs Node."""
    return npm_package(GEMINI_CLI) / ".bin" / "gemini"


def _installed(name: str, install: Callable[[Path], None]) -> Path:
    target = folder() / "".join(
        letter if letter.isalnum() or letter in "-._" else "_" for letter in name
    )
    done = target / ".installed"
    with _alone(target):
        if not done.exists():
            shutil.rmtree(target, ignore_errors=True)
            try:
                install(target)
            except (subprocess.SubprocessError, OSError) as error:
                said = getattr(error, "stderr", "") or str(error)
                _cannot(f"{name} cannot be installed: {said.strip()[-400:]}")
            done.touch()
    return target


def _npm() -> str:
    if shutil.which("npm") is None:
        reason = system_packages.install(["npm"])
        if shutil.which("npm") is None:
            _cannot(f"Node cannot be had: {reason or 'npm is still missing'}")
    return shutil.which("npm") or "npm"


def _cannot(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"under CI=true nothing may be left out: {reason}")
    pytest.skip(f"LEFT OUT: {reason}")


def _run(command: list[str]) -> None:
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=_INSTALL_S,
    )


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One process installs, another one waits."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(target.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
