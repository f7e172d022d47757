"""Text that every format can carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.documents.formats.text import clean, first_strong, line_text, line_texts
from vanguard.documents.page import Line, Word


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("كلمة", "كلمة"),
        ("  a\n\tb\u00a0c ", "a b c"),
        ("\u200fنص\u202e مقلوب\u202c", "نص مقلوب"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\x00b\ud800c\ufffe", "a\ufffdb\ufffdc\ufffd"),
        ("\u200f", ""),
        ("\u200f a", "a"),
        ("a \u200f b", "a b"),
    ],
)
def test_what_cannot_be_written_is_replaced(raw, written):
    assert clean(raw) == written


@given(st.text())
def test_clean_text_stays_as_it_is_and_can_be_encoded(text):
    once = clean(text)
    assert clean(once) == once
    once.encode()


def test_words_without_text_leave_no_gap():
    line = Line((Word("أول"), Word("\u200f"), Word(""), Word("ثان")))
    assert line_text(line) == "أول ثان"
    assert line_texts([line, Line(())]) == ["أول ثان"]


@pytest.mark.parametrize(
    ("text", "direction"),
    [("(1) نص", "rtl"), ("٣ a", "ltr"), ("12 - ٣", None), ("שלום", "rtl"), ("", None)],
)
def test_the_first_letter_gives_the_direction(text, direction):
    assert first_strong(text) == direction
