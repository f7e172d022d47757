"""Lines by their boxes into reading order."""

import random

from vanguard.documents.layout.lines import in_order
from vanguard.documents.page import Box, Line, Word


def line(text, left, top, right, *, high=12.0, way="rtl"):
    return Line((Word(text),), Box(left, top, right, top + high), way)


def texts(lines):
    return [one.text for one in lines]


def column(name, left, right, top=100, count=6):
    return [line(f"{name}{number}", left, top + 18 * number, right) for number in range(count)]


def shuffled(lines):
    return random.Random(3).sample(lines, len(lines))


def test_lines_of_one_column_go_down():
    lines = column("a", 100, 500)
    assert in_order(shuffled(lines), 595, 842) == tuple(lines)


def test_the_right_column_comes_first():
    right, left = column("r", 310, 500), column("l", 90, 280)
    assert in_order(shuffled([*right, *left]), 595, 842) == (*right, *left)
    latin = [
        line(one.text, one.box.left, one.box.top, one.box.right, way="ltr")
        for one in (*right, *left)
    ]
    assert texts(in_order(shuffled(latin), 595, 842)) == texts([*left, *right])


def test_a_title_and_a_foot_frame_the_columns():
    title, foot = line("title", 150, 50, 450, high=16), line("foot", 250, 780, 340)
    right, left = column("r", 310, 500), column("l", 90, 280)
    assert in_order(shuffled([title, *right, *left, foot]), 595, 842) == (
        title,
        *right,
        *left,
        foot,
    )


def test_cells_of_a_row_go_from_the_right():
    rows = [
        [
            line(f"{row}{cell}", 100 + 100 * cell, 100 + 20 * row, 130 + 100 * cell)
            for cell in (3, 2, 1)
        ]
        for row in range(2)
    ]
    flat = [cell for row in rows for cell in row]
    assert texts(in_order(shuffled(flat), 595, 842)) == texts(flat)


def test_without_places_nothing_is_moved():
    lines = (*column("a", 100, 500)[::-1], Line((Word("lost"),)))
    assert in_order(lines, 595, 842) == lines
