from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.page import Box
from vanguard.documents.tables.pieces import find_bands


def test_rows_and_their_pieces_from_left_to_right():
    page = Canvas().bar(100, 200, 232).bar(250, 200, 358).bar(500, 200, 632).bar(100, 300, 232)
    upper, lower = find_bands(page.sheet.ink, HEIGHT, Box(0, 0, 800, 1000))
    # a word's space parts nothing
    assert upper.pieces == ((100, 356), (500, 630))
    assert (upper.top, upper.bottom) == (200, 216)
    assert lower.pieces == ((100, 230),)


def test_only_the_area_is_looked_at():
    page = Canvas().bar(100, 200, 232).bar(500, 300, 632)
    (band,) = find_bands(page.sheet.ink, HEIGHT, Box(400, 250, 800, 1000))
    assert (band.top, band.pieces) == (300, ((500, 630),))


def test_a_dot_below_a_row_belongs_to_it():
    page = Canvas().bar(100, 200, 232).bar(110, 218, 130, 5).bar(100, 300, 232)
    bands = find_bands(page.sheet.ink, HEIGHT, Box(0, 0, 800, 1000))
    assert [(band.top, band.bottom) for band in bands] == [(200, 223), (300, 316)]
