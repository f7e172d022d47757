"""The operators that write a page's words where they stand."""

import re

import pytest
from bidi.mirror import MIRRORED
from hypothesis import given
from hypothesis import strategies as st

from vanguard.documents.formats.pdf.font import Codes
from vanguard.documents.formats.pdf.layer import text_layer, visual
from vanguard.documents.formats.text import clean
from vanguard.documents.page import Block, Box, Line, Page, Word


@pytest.mark.parametrize(
    ("text", "direction", "seen"),
    [
        ("كتاب", "rtl", "باتك"),
        ("(كتاب)", "rtl", "(باتك)"),
        ("١٢٣", "rtl", "١٢٣"),
        ("PDF.", "rtl", ".PDF"),
        ("PDF.", "ltr", "PDF."),
        ("((PDF))", "rtl", "((PDF))"),
        ("«)كتاب", "rtl", "باتك(»"),
        ("a(b)ب(", "ltr", "a(b)ب("),
        ("می\u200cخواهد", "rtl", "دهاوخ\u200cیم"),
    ],
)
def test_words_are_written_as_they_are_seen(text, direction, seen):
    assert visual(text, direction) == seen


@given(st.text(), st.sampled_from(["rtl", "ltr"]))
def test_no_character_is_lost(text, direction):
    word = clean(text).translate(dict.fromkeys([0xE01EF]))
    assert sorted(map(unmirrored, visual(word, direction))) == sorted(map(unmirrored, word))


def unmirrored(sign):
    """A bracket and its mirror image are one."""
    return min(sign, MIRRORED.get(sign, sign))


def shown(words, direction="ltr"):
    """By each string that is shown: where it begins, how wide it is."""
    line = Line(
        tuple(Word(text, Box(left, 10, right, 20)) for text, left, right in words), None, direction
    )
    layer = text_layer(Page(1, 100, 100, (Block("paragraph", (line,)),)), Codes()).decode()
    size, left = map(float, re.search(r"/VanguardText (\S+) Tf 1 0 0 1 (\S+)", layer).groups())
    found = []
    for scale, back, text in re.findall(r"(\S+) Tz(?: \[(\S+)\] TJ|\n<(\w+)> Tj)", layer):
        if back:
            left -= float(back) / 1000 * size
            continue
        width = len(text) / 4 * 0.5 * size * float(scale) / 100
        found.append((round(left, 1), round(width, 1)))
        left += width
    return found


def test_spaces_fill_what_is_between_words():
    assert shown([("ab", 5, 25), ("c", 30, 40)]) == [(5, 20), (25, 5), (30, 10)]


def test_words_that_touch_give_a_little_for_the_space():
    assert shown([("ab", 5, 25), ("c", 25, 35)]) == [(5, 19.2), (24.2, 1.5), (25.8, 9.2)]


def test_words_that_overlap_keep_their_places():
    assert shown([("ab", 5, 25), ("c", 15, 35)]) == [(5, 20), (13.5, 1.5), (15, 20)]


def test_a_page_without_text_has_no_layer():
    assert (
        text_layer(
            Page(1, 9, 9, (Block("figure"), Block("paragraph", (Line((Word("\u200f"),)),)))),
            Codes(),
        )
        == b""
    )
