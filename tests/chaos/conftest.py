"""Where a trial keeps its things, and which seed it has."""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))  # the report is shown by a tool


@pytest.fixture(scope="session")
def seed() -> int:
    """`CHAOS_SEED`, or the same one every time in CI and a new one elsewhere."""
    given = os.environ.get("CHAOS_SEED")
    if given:
        return int(given)
    return 1 if os.environ.get("CI") == "true" else random.SystemRandom().randrange(1, 10**6)


@pytest.fixture(scope="session")
def folders(seed: int) -> Iterator[Callable[[str], Path]]:
    """Makes the folders of trials; whoever finds nothing wrong removes his, the others stay."""
    place = Path(os.environ.get("CHAOS_FOLDER") or Path(tempfile.gettempdir()) / "vanguard-chaos")

    def folder(name: str) -> Path:
        made = place / f"{name}-{seed}-{os.getpid()}"
        made.mkdir(parents=True)
        print(f"\nchaos: seed {seed}, folder {made}")
        return made

    yield folder
    for empty in place.glob(f"*-{seed}-{os.getpid()}/clean"):
        shutil.rmtree(empty.parent)
