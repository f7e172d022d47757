"""Lines read one by one, at the size at which the engine is surest."""

import msgspec
import pytest

from support.documents.drawing import LINES
from support.documents.sheets import HEIGHT, Canvas, Says, line
from vanguard.documents.engines.strips import (
    ROOMS,
    VOCALISED_ROOM,
    LineReader,
    Measure,
    best_measure,
    joined,
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


class Likes:
    """An engine that is the surer the nearer the letters' share of the image is to one that it likes."""

    name = "likes"

    def __init__(self, share):
        self.share = share

    def read(self, grey, shape):
        assert shape == "strip"
        rows = (grey < 150).any(axis=1).sum() / grey.shape[0]
        return Says("word", 1 - abs(rows - self.share)).read(grey, shape)


def test_lines_come_with_places_on_the_page(page, english):
    measure = best_measure(english, strips_of(page, WHOLE))
    found = LineReader(english, measure).read(page, WHOLE)
    assert [one.text for one in found] == list(LINES)
    first = found[0].words[0]
    assert (first.text, found[0].direction) == ("the", "ltr")
    assert 98 <= first.box.left < first.box.right < found[0].words[1].box.left < 170
    assert 195 < found[0].box.top < found[0].box.bottom < 234


@pytest.mark.parametrize("room", ROOMS)
def test_the_room_that_suits_the_engine_is_taken(room):
    page = Canvas().lines(100, 200, 700, 6).sheet
    strips = strips_of(page, WHOLE)
    assert best_measure(Likes(1 / room), strips).room_px == pytest.approx(room * HEIGHT)


def test_lines_that_were_read_to_find_the_room_are_not_read_again():
    page = Canvas().lines(100, 200, 700, 6).sheet
    engine = Says("كلمة")
    measure = best_measure(engine, strips_of(page, WHOLE))
    assert engine.looks == len(ROOMS) * len(measure.known)
    before = engine.looks
    assert len(LineReader(engine, measure).read(page, WHOLE)) == 6
    assert engine.looks - before == 6 - len(measure.known)


def test_lines_with_all_vowels_fill_their_room():
    strips = strips_of(Canvas().lines(100, 200, 700, 3).sheet, WHOLE)
    engine = Says()
    assert best_measure(engine, strips, vocalised=True).room_px == VOCALISED_ROOM * HEIGHT
    assert best_measure(engine, []).room_px == 0
    assert engine.looks == 0


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
