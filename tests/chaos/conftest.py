"""Where a trial keeps its things, and which seed it has."""

from __future__ import annotations

import os
import random

import pytest


@pytest.fixture
def seed() -> int:
    """`CHAOS_SEED`, or the same one every time in CI and a new one elsewhere."""
    given = os.environ.get("CHAOS_SEED")
    if given:
        return int(given)
    return 1 if os.environ.get("CI") == "true" else random.SystemRandom().randrange(1, 10**6)
