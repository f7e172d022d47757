"""Letter statistics: a word reads better forward than backward, listed or not."""

import pytest

from vanguard.documents.arabic.spelling import bits, bits_per_letter


@pytest.mark.parametrize("word", ["المسؤولية", "الإلكترونية", "والمتخصصون", "استراتيجيات"])
def test_a_word_costs_less_than_its_letters_turned_round(word):
    assert bits(word) + 8 < bits(word[::-1])


def test_marks_and_tatweel_cost_nothing():
    assert bits("كِتَـاب") == bits("كتاب")


def test_a_letter_of_another_alphabet_costs_much():
    assert bits_per_letter("كtاب") > bits_per_letter("كتاب") + 2
