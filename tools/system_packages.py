"""Knows which Debian packages tests and benchmarks need, and installs them where it may.

It does not know what they are used for. Installing takes root, or sudo without a password; where
neither is to be had, the reason is given back and nothing is changed.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from vanguard.documents.synth.fonts.packages import PACKAGES


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
        if self.package == "poppler-utils":
            return shutil.which("pdftotext") is not None
        if self.marker == "fonts":
            return _DPKG.joinpath(f"{self.package}.list").is_file()
        return ctypes.util.find_library("gomp") is not None


_DPKG = Path("/var/lib/dpkg/info")

NEEDS = (
    Need("postgresql", "postgres", "a real PostgreSQL server"),
    Need("chromium", "browser", "a real browser"),
    Need("poppler-utils", "poppler", "an extractor of text from PDFs"),
    Need("libgomp1", "e2e", "the embedded engine's OpenMP library"),
    *(Need(package, "fonts", "faces for synthetic pages") for package in PACKAGES),
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
