from support.documents.sheets import Canvas
from vanguard.documents.layout.furniture import find_furniture


def found(canvas):
    return [(one.where, round(one.box.left, -1)) for one in find_furniture(canvas.sheet)]


def body(canvas):
    return canvas.lines(100, 150, 700, 22)


def test_lines_apart_from_the_text_at_top_and_bottom():
    canvas = body(Canvas()).bar(550, 60, 700).bar(380, 940, 420)
    assert found(canvas) == [("header", 540), ("footer", 370)]


def test_two_pieces_of_one_line_are_two_from_the_right():
    canvas = body(Canvas()).bar(550, 940, 700).bar(100, 940, 180)
    assert found(canvas) == [("footer", 540), ("footer", 90)]


def test_a_rule_parts_even_a_full_line():
    near = Canvas().bar(100, 90, 700).lines(100, 120, 700, 23)
    assert found(near) == []
    ruled = Canvas().bar(100, 80, 700).rule(100, 102, 700, 103).lines(100, 120, 700, 23)
    assert found(ruled) == [("header", 90)]


def test_a_last_short_line_of_text_is_no_footer():
    assert found(Canvas().lines(100, 250, 700, 24, last=150)) == []


def test_a_line_in_the_middle_of_a_page_is_no_furniture():
    assert found(Canvas().lines(100, 400, 700, 4).bar(300, 300, 400).bar(300, 600, 400)) == []
