"""Strokes that stretch words."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.tatweel import drop_tatweel


def test_strokes_between_letters_go():
    assert drop_tatweel(["كتـــاب مفيـد"], packaged())[0].text == "كتاب مفيد"


@pytest.mark.parametrize("line", ["١٤٤٥ هـ", "ـ بند", "أُوْلَـٰٓئِكَ", "لِّـجِبۡرِيلَ", "بـ 5"])
def test_strokes_stay_that_carry_a_mark_or_end_a_word(line):
    assert drop_tatweel([line], packaged()) == [None]
