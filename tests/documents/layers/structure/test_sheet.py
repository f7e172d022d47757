"""Words and rules as a sheet of pixels."""

from vanguard.documents.layers.contract import Drawn
from vanguard.documents.layers.structure.sheet import scaled
from vanguard.documents.page import Box, Line, Word

SIZE = (400.0, 600.0)


def line(top, left=50.0, right=350.0):
    box = Box(left, top, right, top + 10)
    return Line((Word("كلمة", box),), box)


LINES = [line(100 + 16 * at) for at in range(10)]


def test_words_are_black_where_they_stand():
    page = scaled(LINES, (), SIZE)
    ink = page.sheet.ink
    assert ink[round(105 * page.scale), round(200 * page.scale)] == 255
    assert ink[round(113 * page.scale), round(200 * page.scale)] == 0
    assert page.box(Box(0, 0, page.scale * 10, page.scale * 20)) == Box(0, 0, 10, 20)


def test_a_rule_drawn_in_pieces_is_one_and_an_underline_is_none():
    pieces = [Drawn("rule", 50 + 60 * at, 400, 111 + 60 * at, 400.5) for at in range(5)]
    under = Drawn("rule", 60, 109.5, 340, 110)
    page = scaled(LINES, (*pieces, under, Drawn("rule", 70, 300, 70.5, 500)), SIZE)
    (across,) = page.sheet.rules.across
    assert page.box(across).right - page.box(across).left == 301
    assert len(page.sheet.rules.down) == 1


def test_an_image_is_black_and_what_has_text_on_it_is_tinted():
    image, below = Drawn("image", 100, 400, 200, 500), Drawn("area", 40, 90, 360, 130, 30)
    grey = (page := scaled(LINES, (image, below), SIZE)).sheet.grey
    assert grey[round(450 * page.scale), round(150 * page.scale)] == 0
    assert 230 < grey[round(113 * page.scale), round(45 * page.scale)] < 250


def test_nothing_gives_no_sheet():
    assert scaled([Line((Word("كلمة"),))], (), SIZE) is None
    assert scaled([], (), SIZE) is None
    assert scaled(LINES, (), (1e6, 1e6)) is None
