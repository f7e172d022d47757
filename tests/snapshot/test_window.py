from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.snapshot.window import window_start_ms

moments = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
windows = st.sampled_from(["total", "day", "month"])


def ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("window", "now", "start"),
    [
        ("day", "2026-02-28T23:59:59.999", "2026-02-28"),
        ("day", "2026-03-01T00:00:00", "2026-03-01"),
        ("month", "2024-02-29T12:00:00", "2024-02-01"),
        ("month", "2026-12-31T23:59:59.999", "2026-12-01"),
        ("month", "2027-01-01T00:00:00", "2027-01-01"),
    ],
)
def test_known_moments(window, now, start):
    asked = ms(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert window_start_ms(window, asked) == ms(datetime.fromisoformat(start).replace(tzinfo=UTC))


@given(moments)
def test_total_has_no_start(moment):
    assert window_start_ms("total", ms(moment)) == 0


@given(moments)
def test_a_day_starts_at_midnight_utc(moment):
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    assert window_start_ms("day", ms(moment)) == ms(midnight)


@given(moments)
def test_a_month_starts_on_its_first(moment):
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert window_start_ms("month", ms(moment)) == ms(first)


@given(windows, moments)
def test_a_start_is_in_its_own_window_and_not_in_the_future(window, moment):
    start = window_start_ms(window, ms(moment))
    assert start <= ms(moment)
    assert window_start_ms(window, start) == start


@given(windows, moments, moments)
def test_windows_follow_one_another(window, one, other):
    earlier, later = sorted((ms(one), ms(other)))
    assert window_start_ms(window, earlier) <= window_start_ms(window, later)
