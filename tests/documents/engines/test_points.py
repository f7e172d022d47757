"""What stands behind an Arabic word is told by its shape."""

import pytest

from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.engines.points import with_points
from vanguard.documents.engines.strips import strips_of
from vanguard.documents.page import Box, Line, Word


def marked(*marks):
    """A strip with a word from 300 to 500, and marks left of it."""
    canvas = Canvas().bar(300, 200, 500)
    for left, top, right, bottom in marks:
        canvas.rule(left, top, right, bottom)
    (strip,) = strips_of(canvas.sheet, Box(0, 0, 800, 1000))
    return strip


POINT, COMMA = (292, 212, 295, 215), (291, 211, 294, 217)


def said(text, strip, direction="rtl"):
    box = Box(strip.box.left, 200, 500, 216)
    line = Line((Word(text, box, 0.9),), box, direction, 0.9)
    return with_points(line, strip, HEIGHT).text


@pytest.mark.parametrize("read", ["كلمة.", "كلمة,", "كلمة؛", "كلمة»"])
def test_a_high_mark_is_a_comma_and_a_round_one_a_point(read):
    assert said(read, marked(COMMA)) == "كلمة،"
    assert said(read, marked(POINT)) == "كلمة."


def test_what_is_neither_or_two_is_as_it_was_read():
    assert said("كلمة؛", marked((292, 216, 295, 219), (292, 208, 295, 211))) == "كلمة؛"
    assert said("كلمة»", marked()) == "كلمة»"


def test_latin_and_words_without_a_mark_are_left():
    assert said("word.", marked(COMMA), "ltr") == "word."
    assert said("v1.", marked(COMMA)) == "v1."
    assert said("كلمة", marked(COMMA)) == "كلمة"
