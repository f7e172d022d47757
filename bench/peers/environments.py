"""Virtual environments of the peers, one each beside the project's own, made when first asked for.

It does not know what a peer does in its environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

INSTALL_LIMIT_S = 900


def folder(name: str) -> Path:
    """Where a peer's environment lies; `make clean` removes it."""
    return Path(f".venv-{name}").absolute()


def program(name: str, called: str) -> str:
    """A program of a peer's environment."""
    return str(folder(name) / "bin" / called)


def ensure(name: str, packages: tuple[str, ...]) -> str:
    """Installs the packages unless they are there; why that failed, or an empty text."""
    done = folder(name) / "installed"
    wanted = "\n".join(packages)
    if done.exists() and done.read_text() == wanted:
        return ""
    print(f"  · installing {' '.join(packages)} into {folder(name).name}", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder(name)], check=True)
        subprocess.run(
            [program(name, "pip"), "install", "--quiet", *packages],
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_LIMIT_S,
        )
    except subprocess.CalledProcessError as error:
        return f"{' '.join(packages)} cannot be installed: {str(error.stderr or error)[-300:]}"
    except (subprocess.TimeoutExpired, OSError) as error:
        return f"{' '.join(packages)} cannot be installed: {error}"
    done.write_text(wanted)
    return ""


def said(command: list[str]) -> str:
    """What a program says about itself."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip()


def system_program(name: str) -> str:
    """A program, also where only root's path has it; empty when it is not installed."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin") or ""


def pinned(packages: tuple[str, ...]) -> str:
    """The version of the first package of a list."""
    return packages[0].partition("==")[2]
