from __future__ import annotations

from vanguard.core.clock import Clock, SystemClock

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
