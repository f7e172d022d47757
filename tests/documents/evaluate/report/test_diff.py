"""Side by side: what is missing, what was added, and nothing that a browser would run."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from vanguard.documents.evaluate.report import diff
from vanguard.documents.evaluate.report.diff import both, direction


def test_words_that_are_missing_or_added_are_marked():
    assert both("أول ثان", "أول") == ("أول <del>ثان</del>", "أول")
    assert both("أول", "أول ثان") == ("أول", "أول <ins>ثان</ins>")


def test_of_like_words_the_letters_that_differ_stand_out():
    assert both("مدرسة", "مدرسه") == ("<del>مدرس<b>ة</b></del>", "<ins>مدرس<b>ه</b></ins>")
    assert both("كتاب", "قلم") == ("<del>كتاب</del>", "<ins>قلم</ins>")


def test_words_meet_those_that_they_are_most_like():
    left, right = both("مدرسة", "في المدرسه هنا")
    assert left == "<del>مدرس<b>ة</b></del>"
    assert right == "<ins>في</ins> <ins><b>ال</b>مدرس<b>ه</b></ins> <ins>هنا</ins>"


words = some.lists(some.sampled_from(["أ", "أب", "جد", "\n"]), max_size=25)


@given(words, words)
@example(["أ"], ["ب"] * 20)
@example(["ب"] * 20, ["أ"])
def test_no_word_is_lost(one, other):
    for limit in (0, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(diff, "MAX_PAIRS", limit)
            left, right = both(" ".join(one), " ".join(other))
        for shown, words in ((left, one), (right, other)):
            bare = re.sub(r"<(?!br)[^>]*>", "", shown).replace("<br>", "\n")
            assert bare.split(" ") == (words or [""])


def test_lines_stay_lines():
    assert both("أ\nب", "أ\nب") == ("أ <br> ب", "أ <br> ب")
    assert both("أ\nب", "أ ب") == ("أ <br> ب", "أ ب")


def test_texts_of_strangers_are_escaped():
    left, right = both("<b>xyz</b>", "<b>xyw</b> & <script>")
    assert "<script" not in right
    assert "&lt;script&gt;" in right
    assert "&lt;b&gt;xy<b>z</b>" in left


def test_a_runaway_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(diff, "MAX_WORDS", 2)
    left, right = both("أ ب", "أ ب ج د هـ")
    assert left == "أ ب"
    assert right == 'أ ب <span class="cut">and 3 words more</span>'


@pytest.mark.parametrize(
    ("text", "way"), [("نص", "rtl"), ("text", "ltr"), ("نص طويل in", "rtl"), ("12", "rtl")]
)
def test_the_direction_is_that_of_most_letters(text, way):
    assert direction(text) == way
