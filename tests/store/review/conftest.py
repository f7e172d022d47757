"""Reviews in both databases, with a clock that stands still."""

from __future__ import annotations

import pytest

from support.clocks import StillClock
from vanguard.store.database import Database
from vanguard.store.review.reviews import Reviews


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def reviews(database: Database, clock: StillClock) -> Reviews:
    return Reviews(database, clock)
