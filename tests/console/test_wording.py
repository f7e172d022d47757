from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.console import wording
from vanguard.console.records import Price


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (0, "$0"),
        (1, "$0.000001"),
        (42, "$0.000042"),
        (9_999, "$0.009999"),
        (10_000, "$0.01"),
        (14_210, "$0.0142"),
        (337_500, "$0.3375"),
        (500_000, "$0.50"),
        (1_000_000, "$1.00"),
        (1_234_567_890, "$1,234.57"),
        (-2_500_000, "-$2.50"),
    ],
)
def test_money_in_words(micros: int, words: str) -> None:
    assert wording.usd(micros) == words


@given(st.integers(min_value=-(10**15), max_value=10**15).filter(bool))
def test_money_that_is_not_zero_never_reads_as_zero(micros: int) -> None:
    assert any(digit in wording.usd(micros) for digit in "123456789")


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (None, "price unknown"),
        (Price("embedded:free"), "free"),
        (Price("p", 3_000_000, 15_000_000), "$3.00 in · $15.00 out"),
        (Price("p", 0, 0, 1_000), "$0 in · $0 out · $0.001 a request"),
    ],
)
def test_prices(price: Price | None, words: str) -> None:
    assert wording.price(price) == words


def test_counts() -> None:
    assert wording.count(1, "key") == "1 key"
    assert wording.count(0, "key") == "0 keys"
    assert wording.count(1_204, "box", "boxes") == "1,204 boxes"
    assert wording.count(1_204) == "1,204"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (12_345, "12.3k"), (4_000_000, "4.0M"), (2 * 10**9, "2.0B")],
)  # fmt: skip
def test_tokens(number: int, words: str) -> None:
    assert wording.tokens(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(None, "–"), (-1, "–"), (0, "0 ms"), (412, "412 ms"), (1_420, "1.42 s"), (125_900, "2 min 5 s")],
)  # fmt: skip
def test_durations(number: int | None, words: str) -> None:
    assert wording.milliseconds(number) == words


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 byte"), (999, "999 bytes"), (1_500, "1.5 KB"), (2_500_000, "2.5 MB")]
)  # fmt: skip
def test_sizes(number: int, words: str) -> None:
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3_600, "1 h 0 min"), (11_520, "3 h 12 min"),
     (86_400, "1 day"), (200_000, "2 days")],
)  # fmt: skip
def test_elapsed(seconds: int, words: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert wording.elapsed(now - timedelta(seconds=seconds), now) == words


def test_speed_is_told_only_when_it_can_be() -> None:
    assert wording.speed(20, 2.0) == "10.0 tokens/s"
    assert wording.speed(20, 0.0) == ""
    assert wording.speed(1, 2.0) == ""
