import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.documents.page import Word
from vanguard.documents.reading.second.align import agreement, pairs, plain


def words(text):
    return [Word(one) for one in text.split()]


def shown(found):
    return [
        (pair.first and pair.first.text, pair.second and pair.second.text, pair.same)
        for pair in found
    ]


def test_words_stand_beside_those_that_they_stand_for():
    found = pairs(words("من كتب هذا الكتاب"), words("من كتب هزا الكتاب اليوم"))
    assert shown(found) == [
        ("من", "من", True),
        ("كتب", "كتب", True),
        ("هذا", "هزا", False),
        ("الكتاب", "الكتاب", True),
        (None, "اليوم", False),
    ]


@pytest.mark.parametrize(
    ("one", "other"), [("نعم,", "نعم،"), ("كتـــاب", "كتاب"), ("\ufefb", "لا")]
)
def test_what_looks_alike_is_the_same(one, other):
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [("٢", "2"), ("أن", "ان"), ("كَتب", "كتب")])
def test_what_looks_different_is_not(one, other):
    assert plain(one) != plain(other)


def test_agreement_is_by_letters():
    assert agreement(pairs(words("اب جد"), words("اب جد"))) == 1.0
    assert agreement(pairs(words("اب جدهو"), words("اب جدهز"))) == pytest.approx(4 / 12)
    assert agreement(()) == 1.0


@given(st.lists(st.sampled_from("ابتث"), max_size=8), st.lists(st.sampled_from("ابتث"), max_size=8))
def test_no_word_is_lost_and_none_comes_twice(one, other):
    first, second = [Word(text) for text in one], [Word(text) for text in other]
    found = pairs(first, second)
    assert [pair.first for pair in found if pair.first is not None] == first
    assert [pair.second for pair in found if pair.second is not None] == second
