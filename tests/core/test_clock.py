from __future__ import annotations

import pytest

from vanguard.core.clock import BooksClock, Clock, SystemClock

YEAR_2020_MS = 1_577_836_800_000
YEAR_2100_MS = 4_102_444_800_000


def test_wall_time_is_utc_milliseconds():
    clock: Clock = SystemClock()
    assert YEAR_2020_MS < clock.now_ms() < YEAR_2100_MS
    assert isinstance(clock.now_ms(), int)


def test_monotonic_never_steps_back():
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(1_000)]
    assert readings == sorted(readings)


class Wall:
    def __init__(self, now_ms):
        self.now = now_ms

    def now_ms(self):
        return self.now

    def monotonic(self):
        return 7.0


HOUR_MS = 3_600_000
MIDNIGHT_MS = YEAR_2020_MS + 31 * 24 * HOUR_MS


def test_the_books_go_with_the_machine():
    clock: Clock = BooksClock()
    assert YEAR_2020_MS < clock.now_ms() < YEAR_2100_MS
    wall = Wall(MIDNIGHT_MS + 5)
    clock = BooksClock(wall)
    assert (clock.now_ms(), clock.monotonic()) == (MIDNIGHT_MS + 5, 7.0)
    wall.now -= 4  # within a day it may go back
    assert clock.now_ms() == MIDNIGHT_MS + 1
    wall.now += 400 * 24 * HOUR_MS
    assert clock.now_ms() == wall.now


@pytest.mark.parametrize("back_ms", [1, 9 * HOUR_MS, 24 * HOUR_MS])
def test_a_day_that_has_begun_stays_begun(back_ms):
    wall = Wall(MIDNIGHT_MS)
    clock = BooksClock(wall)
    assert clock.now_ms() == MIDNIGHT_MS
    wall.now -= back_ms
    assert clock.now_ms() == clock.now_ms() == MIDNIGHT_MS
    wall.now = MIDNIGHT_MS + 1
    assert clock.now_ms() == MIDNIGHT_MS + 1


def test_a_clock_that_was_far_ahead_is_not_held_to_it():
    wall = Wall(MIDNIGHT_MS)
    clock = BooksClock(wall)
    clock.now_ms()
    wall.now -= 24 * HOUR_MS + 1
    assert clock.now_ms() == wall.now


def test_a_day_that_others_saw_begin_has_begun():
    wall = Wall(MIDNIGHT_MS - HOUR_MS)
    clock = BooksClock(wall)
    assert clock.saw(MIDNIGHT_MS + 20)
    assert clock.now_ms() == MIDNIGHT_MS
    assert not clock.saw(MIDNIGHT_MS + 30)
    assert not clock.saw(MIDNIGHT_MS - 5)
    assert clock.now_ms() == MIDNIGHT_MS
    assert not clock.saw(MIDNIGHT_MS + 3 * 24 * HOUR_MS)  # theirs was wrong
    assert clock.now_ms() == MIDNIGHT_MS
