"""Lines read one by one, at the size at which the engine is surest."""

import msgspec
import pytest

from support.documents.drawing import LINES
from support.documents.sheets import HEIGHT, Canvas, Says, line
from vanguard.documents.engines.strips import (
    ROOM,
    VOCALISED_ROOM,
    LineReader,
    Measure,
    joined,
    measure_of,
    read_strip,
    strips_of,
)
from vanguard.documents.page import Box

WHOLE = Box(0, 0, 800, 1000)


@pytest.fixture(scope="module")
def page():
    canvas = Canvas()
    for index, text in enumerate(LINES):
        canvas.text(100, 200 + 34 * index, text, 27)
    return canvas.sheet


def test_lines_come_with_places_on_the_page(page, english):
    measure = measure_of(strips_of(page, WHOLE))
    found = LineReader(english, measure).read(page, WHOLE)
    assert [one.text for one in found] == list(LINES)
    first = found[0].words[0]
    assert (first.text, found[0].direction) == ("the", "ltr")
    assert 98 <= first.box.left < first.box.right < found[0].words[1].box.left < 170
    assert 195 < found[0].box.top < found[0].box.bottom < 234


def test_lines_get_the_same_room_and_less_where_all_vowels_fill_it():
    strips = strips_of(Canvas().lines(100, 200, 700, 3).sheet, WHOLE)
    assert measure_of(strips).room_px == pytest.approx(ROOM * HEIGHT)
    assert measure_of(strips, vocalised=True).room_px == VOCALISED_ROOM * HEIGHT
    assert measure_of([]).room_px == 0


def test_where_the_engine_reads_nothing_there_is_no_line():
    (strip,) = strips_of(Canvas().lines(100, 200, 700, 1).sheet, WHOLE)
    assert read_strip(Says(""), strip, Measure(30.0)) is None


def test_pieces_with_much_white_between_them_are_read_by_themselves_the_right_one_first():
    page = Canvas().bar(100, 200, 200).bar(600, 200, 700).sheet
    engine = Says("كلمة")
    (found,) = LineReader(engine, Measure(30.0)).read(page, WHOLE)
    assert engine.looks == 2
    assert [word.box.left > 400 for word in found.words] == [True, False]
    assert found.box == Box(100, 200, 694, 216)


def test_pieces_of_latin_are_joined_from_the_left():
    pieces = [msgspec.structs.replace(line(text), direction="ltr") for text in ("one", "two")]
    whole = joined(pieces, WHOLE)
    assert (whole.text, whole.direction, whole.confidence) == ("one two", "ltr", 0.9)
    assert joined([], WHOLE) is None
