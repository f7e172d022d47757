"""Glyphs to lines, by where they stand."""

import msgspec
import pytest

from support.arabic_texts import DECLARATION, MIXED
from support.layer_pdfs import painted
from vanguard.documents.layers.assemble import lines_of
from vanguard.documents.layers.contract import Glyph, Painted


def row(units, baseline, left=60.0, stroke=1, advance=6.0):
    return [
        Glyph(unit, left + at * advance, baseline - 9, left + (at + 1) * advance, baseline + 3,
              baseline, 12.0, 0, stroke)
        for at, unit in enumerate(units)
    ]  # fmt: skip


def page(*glyphs):
    return Painted("made", 595, 842, tuple(glyphs))


def texts(*glyphs):
    return [line.text for line in lines_of(page(*glyphs))]


@pytest.mark.parametrize("line", [*DECLARATION, MIXED[2], MIXED[4]])
def test_a_painted_line_is_read_as_typed(line):
    mirrored = str.maketrans("()[]{}«»", ")(][}{»«")
    assert texts(*row(painted(line), 100)) == [line.translate(mirrored)]


def test_the_order_of_painting_does_not_matter_within_a_line():
    glyphs = row(painted(DECLARATION[1]), 100)
    assert texts(*glyphs[::2], *glyphs[1::2]) == [DECLARATION[1]]


def test_words_and_lines_have_boxes():
    line = lines_of(page(*row(painted("حق لا"), 100)))[0]
    assert line.direction == "rtl"
    assert [(word.text, word.box.left, word.box.right) for word in line.words] == [
        ("حق", 72, 84), ("لا", 60, 66),
    ]  # fmt: skip
    assert (line.box.left, line.box.right, line.box.bottom) == (60, 84, 103)


def test_gaps_are_spaces_where_none_are_painted():
    assert texts(*row("قح", 100, left=90), *row("درف", 100, left=60, advance=6)) == ["حق فرد"]


def test_columns_are_lines_of_their_own_in_the_order_of_painting():
    right = [
        *row(painted("حق الفرد"), 100, left=300),
        *row(painted("في الحياة"), 120, left=300, stroke=2),
    ]
    left = [
        *row(painted("لكل إنسان"), 100, left=60, stroke=3),
        *row(painted("حرية الرأي"), 120, stroke=4),
    ]
    assert texts(*right, *left) == ["حق الفرد", "في الحياة", "لكل إنسان", "حرية الرأي"]


def test_lines_painted_in_disorder_come_from_the_top():
    lines = [row(painted(DECLARATION[at]), 100 + 20 * at, stroke=at) for at in range(10)]
    shuffled = [glyph for at in (7, 2, 9, 0, 5, 3, 8, 1, 6, 4) for glyph in lines[at]]
    assert texts(*shuffled) == list(DECLARATION[:10])


def test_words_of_their_own_strokes_that_overlap_by_a_letter_stay_whole():
    one, two = row(painted("العدل "), 100, left=76), row(painted("أساس"), 100, left=60, stroke=2)
    assert max(glyph.right for glyph in two) > min(glyph.left for glyph in one)
    assert texts(*two, *one) == ["العدل أساس"]


def test_text_painted_twice_is_read_once():
    line = row(painted("حقوق الإنسان"), 100)
    shadow = row(painted("حقوق الإنسان"), 100.3, left=60.4, stroke=2)
    assert texts(*line, *shadow) == ["حقوق الإنسان"]


def test_raised_pieces_stay_in_their_line():
    line = row(painted("على هدى من"), 100)
    line[4] = msgspec.structs.replace(line[4], baseline=94.0)
    assert texts(*line) == ["على هدى من"]


def test_numbers_alone_run_as_their_page_does():
    words = row(painted("حقوق الإنسان كافة"), 100)
    assert texts(*words, *row("2 1", 130, left=60)) == ["حقوق الإنسان كافة", "1 2"]
    assert texts(*row("some words", 100), *row("2 1", 130)) == ["some words", "2 1"]


def test_a_latin_line_of_an_arabic_page_has_its_full_stop_behind():
    words = row(painted("حقوق الإنسان كافة"), 100)
    assert texts(*words, *row(".see me", 130)) == ["حقوق الإنسان كافة", "see me."]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_lines_are_read_and_keep_their_places(turn):
    units = painted("حق لكل فرد")
    glyphs = []
    for at, unit in enumerate(units):
        along, across = 60 + 6 * at, 100
        box = {
            90: (across - 9, 842 - along - 6, across + 3, 842 - along),
            180: (595 - along - 6, 842 - across - 3, 595 - along, 842 - across + 9),
            270: (595 - across - 3, along, 595 - across + 9, along + 6),
        }[turn]
        baseline = 842 - across if turn == 180 else 842 - along
        glyphs.append(Glyph(unit, *box, baseline, 12, turn, 1))
    line = lines_of(page(*glyphs))[0]
    assert line.text == "حق لكل فرد"
    assert line.box.left >= 0
    assert line.box.bottom <= 842
    assert (line.box.width > line.box.height) == (turn == 180)


def test_an_empty_page_has_no_lines():
    assert lines_of(page()) == ()
    assert texts(*row("   ", 100)) == []


def test_a_space_painted_over_the_end_of_its_line_is_none():
    glyphs = row(painted("كثيرا"), 100)
    over = msgspec.structs.replace(glyphs[0], text=" ", right=glyphs[0].right + 2)
    assert texts(over, *glyphs) == ["كثيرا"]


def test_a_bullet_stands_alone():
    assert texts(*row(painted("إعارة"), 100), *row(["•"], 100, left=90.5)) == ["• إعارة"]


def test_where_the_direction_changes_a_small_gap_is_a_space():
    arabic = row(painted("من دار ولد"), 100)
    beside = arabic[-1].right + 4
    found = texts(*arabic, *row("Koha", 100, left=beside))
    assert found == ["Koha من دار ولد"]
    assert texts(*arabic, *row("ب", 100, left=beside)) == ["بمن دار ولد"]
