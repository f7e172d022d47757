import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.documents.reading.vision.loops import loop_start


@pytest.mark.parametrize("unit", ["كلمة ", "سطر كامل من الصفحة التي ضاعت\n", "ab1 "])
def test_a_text_that_repeats_itself_is_cut_behind_the_first_round(unit):
    text = "مقدمة قصيرة. " + unit * 40
    cut = loop_start(text)
    assert cut is not None
    assert len("مقدمة قصيرة. ") <= cut <= len("مقدمة قصيرة. ") + len(unit)


def test_cells_with_the_same_word_are_a_loop_only_in_great_number():
    assert loop_start("<tr><td>0</td></tr>" * 15) is None
    assert loop_start("<tr><td>0</td></tr>" * 60) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "كلمة كلمة كلمة",
        "الفصل الأول ................................................................ ٣",
        "_" * 300,
        "<tr><td></td><td></td></tr>" * 30,
        "نص عادي لا يعيد نفسه أبدا، مهما طال به الكلام في هذه الصفحة الطويلة.",
    ],
)
def test_what_pages_have_is_no_loop(text):
    assert loop_start(text) is None


def test_signs_without_end_are_one():
    assert loop_start("." * 2_500) == 1


@given(
    st.text("abc ", max_size=30),
    st.text("abcdefgh", min_size=2, max_size=12),
    st.integers(30, 60),
)
def test_what_stands_before_a_loop_stays(before, unit, times):
    text = before + "|" + unit * times
    cut = loop_start(text)
    assert cut is not None
    assert text[:cut].startswith(before + "|") or before + "|" == ""
    assert len(text[:cut]) <= len(before) + 1 + len(unit)
