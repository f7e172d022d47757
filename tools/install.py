"""Makes `.venv` and installs Vanguard into it, with the versions of constraints.txt.

It does not know what the packages are for. It needs nothing but Python 3.11 or newer with `venv`: no
root, no compiler. A run that finds nothing changed takes a moment.

    python3 tools/install.py [extra ...]
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)

_FETCH = re.compile(r"^\s*Downloading ([^-\s]+)-(\d[^-\s]*)\S* \((.+)\)")
_INSTALL = re.compile(r"^Installing collected packages: (.+)")


class InstallError(Exception):
    """What stands in the way, and what to do about it."""


def stamp_of(root: Path, extras: list[str]) -> str:
    """Changes whenever the environment has to be installed anew."""
    digest = hashlib.sha256(f"{sys.version} {sys.prefix} {sorted(extras)}".encode())
    digest.update((root / "constraints.txt").read_bytes())
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    digest.update(project.split("[tool.ruff]", 1)[0].encode())
    return digest.hexdigest()


def is_current(root: Path, stamp: str, extras: list[str]) -> bool:
    """Whether the environment was installed for this very state, or for more than is asked."""
    recorded = root / ".venv" / "vanguard-stamp"
    if not (root / ".venv" / "bin" / "vanguard").exists() or not recorded.exists():
        return False
    stamps = recorded.read_text(encoding="utf-8").split()
    return stamp in stamps or (not extras and stamp_of(root, ["dev"]) in stamps)


def make_environment(root: Path) -> Path:
    """The environment's own Python, after making the environment where it is missing.

    Raises:
        InstallError: this Python is too old, or lacks `venv`.
    """
    if sys.version_info < OLDEST:
        raise InstallError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, {sys.executable} is"
            f" {sys.version.split()[0]}; name another one: make up PYTHON=python3.12"
        )
    python = root / ".venv" / "bin" / "python"
    if not works(python):
        say("making .venv")
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", root / ".venv"],
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise InstallError(
                "this Python cannot make a virtual environment; on Debian and Ubuntu:"
                f" apt-get install python3-venv\n{made.stdout}{made.stderr}"
            )
    return python


def works(python: Path) -> bool:
    """Whether an environment is there and was not left half made."""
    if not python.exists():
        return False
    asked = subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True)
    return asked.returncode == 0


def install(root: Path, python: Path, extras: list[str]) -> None:
    """Installs the package, editable, and says each step.

    Raises:
        InstallError: pip failed; the end of what it said is in the message.
    """
    target = f".[{','.join(extras)}]" if extras else "."
    say(f"installing {target} (a first time takes a minute or two)")
    command = [
        *(str(python), "-m", "pip", "install", "--disable-pip-version-check"),
        *("--no-input", "--progress-bar", "off", "-c", "constraints.txt", "-e", target),
    ]
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for step in steps(process.stdout or (), said):
            say(step)
    if process.returncode:
        raise InstallError("pip could not install:\n" + "".join(said[-25:]))


def steps(lines: Iterator[str] | tuple[()], said: list[str]) -> Iterator[str]:
    """Progress out of pip's output; all of its lines are kept in `said`."""
    for line in lines:
        said.append(line)
        fetched, installed = _FETCH.match(line), _INSTALL.match(line)
        if fetched:
            yield f"fetching {fetched[1]} {fetched[2].removesuffix('.tar.gz')} ({fetched[3]})"
        elif installed:
            yield f"installing {len(installed[1].split(','))} packages"


def say(text: str) -> None:
    """One line of progress."""
    print(f"  · {text}", flush=True)


def main(extras: list[str], root: Path = ROOT) -> int:
    """Brings the environment up to date; 1 with a message when that fails."""
    stamp = stamp_of(root, extras)
    if is_current(root, stamp, extras):
        return 0
    try:
        python = make_environment(root)
        install(root, python, extras)
    except InstallError as error:
        print(f"install: {error}", file=sys.stderr)
        return 1
    (root / ".venv" / "vanguard-stamp").write_text(stamp + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
