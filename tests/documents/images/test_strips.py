"""Lines of a column, by the ink in its rows."""

import numpy as np

from support.documents.sheets import HEIGHT, PITCH, Canvas
from vanguard.documents.images.strips import find_strips, parts_of
from vanguard.documents.page import Box

WHOLE = Box(0, 0, 800, 1000)


def strips(canvas, area=WHOLE):
    page = canvas.sheet
    return find_strips(page.grey, page.ink, HEIGHT, area)


def test_each_line_is_one_strip_around_its_ink():
    found = strips(Canvas().lines(100, 200, 700, 4, last=300))
    assert [(one.box.left, one.box.top) for one in found] == [
        (100, 200),
        (100, 200 + PITCH),
        (100, 200 + 2 * PITCH),
        (400, 200 + 3 * PITCH),
    ]
    assert all(one.box.height == HEIGHT and one.size == 1.0 for one in found)
    assert found[0].grey.shape == (HEIGHT, 598)


def test_dots_and_marks_belong_to_the_line_that_they_are_near():
    canvas = Canvas().lines(100, 200, 700, 2)
    canvas.rule(300, 194, 302, 196).rule(400, 219, 402, 221)
    first, second = strips(canvas)
    assert (first.box.top, first.box.bottom) == (194, 222)
    assert second.box.top == 200 + PITCH


def test_what_reaches_in_from_the_next_line_is_painted_over():
    # a stem of the second line stands in a gap of the first
    canvas = Canvas().bar(100, 200, 400).bar(440, 200, 700).lines(100, 230, 700, 1)
    canvas.rule(416, 213, 419, 231)
    first, second = strips(canvas)
    assert (first.box.bottom, second.box.top) == (216, 213)
    assert (first.grey[:, 310:325] > 200).all()
    assert second.grey[4, 317] < 100


def test_letters_of_another_size_are_told():
    canvas = Canvas().bar(100, 100, 500, high=32).lines(100, 200, 700, 3)
    assert [one.size for one in strips(canvas)] == [2.0, 1.0, 1.0, 1.0]


def test_only_the_area_is_looked_at_and_an_empty_one_has_no_lines():
    canvas = Canvas().lines(100, 200, 700, 3)
    assert len(strips(canvas, Box(90, 225, 710, 250))) == 1
    assert strips(canvas, Box(90, 600, 710, 900)) == []


def test_a_line_with_much_white_in_it_has_parts():
    (strip,) = strips(Canvas().bar(100, 200, 200).bar(230, 200, 330).bar(600, 200, 700))
    parts = parts_of(strip, 4 * HEIGHT)
    assert [(one.box.left, one.box.right) for one in parts] == [(100, 324), (600, 694)]
    assert [one.grey.shape for one in parts] == [(HEIGHT, 224), (HEIGHT, 94)]
    assert parts_of(strip, 400) == [strip]
    assert np.array_equal(parts[1].grey, strip.grey[:, 500:])
