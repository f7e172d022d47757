"""Columns found on pages of bars: each bar stands for a line of writing of height 10."""

import numpy as np

from vanguard.documents.layout.columns import find_columns

HEIGHT = 10


def page(*bars, wide=600, high=800):
    """Bars of (left, top, right, lines); a line every 20 pixels."""
    ink = np.zeros((high, wide), np.uint8)
    for left, top, right, lines in bars:
        for line in range(lines):
            ink[top + 20 * line : top + 20 * line + HEIGHT, left:right] = 255
    return ink


def found(ink, direction="rtl"):
    return [
        tuple(map(int, (b.left, b.top, b.right, b.bottom)))
        for b in find_columns(ink, HEIGHT, direction)
    ]


def test_one_column_is_one_box_without_its_margins():
    assert found(page((50, 100, 550, 5))) == [(50, 100, 550, 190)]


def test_of_two_columns_the_right_one_is_read_first():
    ink = page((50, 100, 280, 5), (320, 100, 550, 5))
    assert found(ink) == [(320, 100, 550, 190), (50, 100, 280, 190)]
    assert found(ink, "ltr") == [(50, 100, 280, 190), (320, 100, 550, 190)]


def test_a_title_over_two_columns_comes_before_both():
    ink = page((150, 40, 450, 1), (50, 100, 280, 5), (320, 100, 550, 5))
    assert [box[:2] for box in found(ink)] == [(150, 40), (320, 100), (50, 100)]


def test_a_title_close_over_two_columns_comes_before_both():
    ink = page((150, 80, 450, 1), (50, 100, 280, 8), (320, 100, 550, 8))
    assert [box[:2] for box in found(ink)] == [(150, 80), (320, 100), (50, 100)]


def test_a_line_close_below_two_columns_comes_after_both():
    ink = page((50, 100, 280, 8), (320, 100, 550, 8), (150, 260, 450, 1))
    assert [box[:2] for box in found(ink)] == [(320, 100), (50, 100), (150, 260)]


def test_words_of_a_few_lines_that_stand_apart_by_chance_are_no_columns():
    ink = page((50, 80, 550, 1), (50, 100, 280, 4), (320, 100, 550, 4))
    assert [box[:2] for box in found(ink)] == [(50, 80)]


def test_a_narrow_gutter_is_one_where_many_lines_leave_it_white():
    ink = page((50, 100, 294, 12), (306, 100, 550, 12))
    assert found(ink) == [(306, 100, 550, 330), (50, 100, 294, 330)]
    assert len(found(page((50, 100, 294, 9), (306, 100, 550, 9)))) == 1
    assert len(found(page((50, 100, 296, 12), (305, 100, 550, 12)))) == 1


def test_columns_whose_gaps_are_level_are_read_one_after_the_other():
    ink = page((50, 100, 280, 3), (50, 180, 280, 3), (320, 100, 550, 3), (320, 180, 550, 3))
    assert found(ink) == [(320, 100, 550, 230), (50, 100, 280, 230)]


def test_words_that_stand_far_apart_in_one_line_are_no_columns():
    assert found(page((50, 100, 200, 1), (400, 100, 550, 1))) == [(50, 100, 550, 110)]


def test_a_number_beside_lines_is_no_column():
    ink = page((50, 100, 480, 5), (520, 100, 550, 5))
    assert found(ink) == [(50, 100, 550, 190)]


def test_blocks_far_below_each_other_stay_apart():
    ink = page((50, 100, 550, 3), (50, 400, 550, 3))
    assert [box[1] for box in found(ink)] == [100, 400]


def test_dirt_is_no_block():
    ink = page((50, 100, 550, 3))
    ink[700, 300:305] = 255
    assert len(found(ink)) == 1
    assert found(np.zeros((100, 100), np.uint8)) == []
