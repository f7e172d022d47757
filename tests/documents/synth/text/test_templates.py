"""Each list can be filled, in both sets of digits."""

import re

import pytest

from vanguard.documents.synth.dice import dice
from vanguard.documents.synth.text.templates import Phrases, words


@pytest.mark.parametrize("digits", ["arabic", "latin"])
def test_no_hole_is_left_in_any_sentence(digits):
    phrases = Phrases(dice(1), digits)
    for name, sentences in words().items():
        for sentence in sentences:
            assert not re.search(r"[{}]", phrases.fill(sentence)), (name, sentence)


def test_digits_are_of_the_set_that_is_wanted():
    numbers = " ".join(
        Phrases(dice(2), "arabic").fill("{big} {date} {money} {time}") for _ in range(20)
    )
    assert not re.search("[0-9]", numbers)
    assert re.search("[٠-٩]", numbers)
    assert not re.search("[٠-٩]", Phrases(dice(2), "latin").fill("{big} {date} {money}"))


def test_several_are_different_and_no_more_than_there_are():
    assert len(set(Phrases(dice(3), "latin").several("periods", 99))) == 4
