"""Strokes that fill lines, that a typeface adds, and that were typed."""

from vanguard.documents.layers.places.stretch import without_strokes
from vanguard.documents.page import Box, Line, Word

FULL = "جــاء البــاب الثــاني من الدســتور تحت عنــوان"
SHORT = "مؤسساته وفق الدستور في العراق"


def line(text, top, width):
    return Line(tuple(map(Word, text.split())), Box(500 - width, top, 500, top + 12))


def page(*lines):
    return [line(text, 20 * at, width) for at, (text, width) in enumerate(lines)]


def texts(lines):
    return [one.text for one in without_strokes(lines)]


def test_strokes_of_full_lines_alone_were_not_typed():
    found = texts(page(*[(FULL, 400)] * 4, *[(SHORT, 200)] * 2))
    assert found == ["جاء الباب الثاني من الدستور تحت عنوان"] * 4 + [SHORT] * 2


def test_strokes_in_short_lines_too_were_typed():
    lines = page(*[(FULL, 400)] * 4, *[("مؤسســاته وفق الدســتور في العراق", 200)] * 2)
    assert texts(lines) == [one.text for one in lines]


def test_where_there_are_hardly_short_lines_nothing_tells():
    lines = page(*[(FULL, 400)] * 4, (SHORT, 200))
    assert texts(lines) == [one.text for one in lines]


def test_a_typeface_draws_one_between_lam_and_kaf():
    assert texts(page(("إعارة الـكتب لـكن", 400))) == ["إعارة الكتب لكن"]
    typed = page(("إعارة الـكتب محمـد", 400))
    assert texts(typed) == [one.text for one in typed]


def test_lines_without_boxes_are_left():
    lines = [Line(tuple(map(Word, FULL.split()))) for _ in range(6)]
    assert texts(lines) == [FULL] * 6
