"""Letters, marks and shapes of the Arabic script."""

import pytest

from vanguard.documents.arabic.letters import (
    bare,
    base_letters,
    clusters,
    folded,
    misplaced_marks,
    plain_digits,
)


@pytest.mark.parametrize(
    ("shape", "letters"),
    [("ﻻ", "لا"), ("ﷲ", "الله"), ("ﻪ", "ه"), ("ﺑ", "ب"), ("ﷺ", "ﷺ"), ("﷼", "﷼"), ("﴾", "﴾")],
)
def test_shapes_become_letters_and_symbols_stay(shape, letters):
    assert base_letters(shape) == letters


def test_the_shape_of_a_mark_becomes_the_mark_alone():
    assert base_letters("بﹶتﹷ") == "ب\u064eت\u064e"


def test_bare_text_has_no_marks_and_no_tatweel():
    assert bare("ٱلۡكِتَـٰبُ") == "ٱلكتب"


def test_folding_makes_exchanged_letters_one():
    assert folded("إلى") == folded("الي") == "الي"
    assert folded("ءامن") == folded("آمن")


def test_digits_of_both_sets_become_plain():
    assert plain_digits("٢٠٢٤/۱۲") == "2024/12"


def test_clusters_keep_marks_on_their_letters():
    assert clusters("بَّت") == ["بَّ", "ت"]


@pytest.mark.parametrize("text", ["َب", "اّ", "بَُ", "ب َ"])
def test_marks_can_be_where_none_is(text):
    assert misplaced_marks(clusters(text)) == 1
    assert misplaced_marks(clusters("ٱلۡكِتَٰبُ لَمَّا قَدِمًا")) == 0
