"""Digits of both sets, and tatweel only where letters join."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.documents.synth.dice import dice
from vanguard.documents.synth.text.marks import TATWEEL, grouped, in_digits, stretch


@pytest.mark.parametrize(
    ("number", "digits", "decimals", "text"),
    [
        (1234550, "latin", 2, "12,345.50"),
        (1234550, "arabic", 2, "١٢٬٣٤٥٫٥٠"),
        (-5, "latin", 2, "-0.05"),
        (999, "arabic", 0, "٩٩٩"),
    ],
)
def test_grouped(number, digits, decimals, text):
    assert grouped(number, digits, decimals) == text


def test_points_that_end_a_sentence_stay():
    assert in_digits("في 3.5. و1,000,", "arabic") == "في ٣٫٥. و١٬٠٠٠,"


@given(st.text("ابجدلاأمرةوسع ،", max_size=12), st.integers())
def test_taking_tatweel_away_gives_the_word_again(word, seed):
    stretched = stretch(word, dice(seed))
    assert stretched.replace(TATWEEL, "") == word


def test_no_tatweel_between_lam_and_alef_nor_after_a_letter_that_does_not_join():
    assert {stretch("لا", dice(n)) for n in range(20)} == {"لا"}
    assert {stretch("دار", dice(n)) for n in range(20)} == {"دار"}
    assert all(stretch("سلام", dice(n)).startswith("س" + TATWEEL) for n in range(20))
