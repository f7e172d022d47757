import pytest

from support.documents.sheets import HEIGHT, Canvas, line
from vanguard.documents.layout.paragraphs import (
    find_paragraphs,
    is_item,
    letters,
    with_bullet,
)
from vanguard.documents.page import Box, Line, Word

COLUMN = Box(100, 100, 700, 400)


@pytest.fixture(scope="module")
def page():
    return Canvas().lines(100, 100, 700, 8).rule(500, 415, 700, 416).sheet


def at(left, top, right=700, text="كلمة كلمة"):
    first, *rest = text.split()
    box = Box(left, top, right, top + HEIGHT)
    words = (Word(first, Box(right - 60, top, right, top + HEIGHT)), *map(Word, rest))
    return Line(words, box, "rtl", 0.9)


def groups(page, *lines):
    return [len(group) for group in find_paragraphs(page, lines, COLUMN)]


def test_full_lines_are_one_paragraph(page):
    assert groups(page, at(100, 100), at(102, 130), at(100, 160)) == [3]
    assert find_paragraphs(page, [], COLUMN) == []


def test_a_gap_a_short_last_line_or_a_line_set_in_starts_another(page):
    assert groups(page, at(100, 100), at(100, 130), at(100, 160), at(100, 210)) == [3, 1]
    assert groups(page, at(100, 100), at(400, 130), at(100, 160)) == [2, 1]
    assert groups(page, at(100, 100), at(100, 130), at(100, 160, 660), at(100, 190)) == [2, 2]


def test_a_ragged_line_that_had_no_room_for_the_next_word_goes_on(page):
    assert groups(page, at(100, 100), at(150, 130), at(100, 160)) == [3]


def test_centred_lines_stay_together(page):
    assert groups(page, at(250, 100, 550), at(300, 130, 500), at(260, 160, 540)) == [3]


def test_items_and_what_stands_below_a_rule_start_another(page):
    assert groups(page, at(100, 100), at(100, 130, text="• كلمة")) == [1, 1]
    assert groups(page, at(100, 380), at(100, 420)) == [1, 1]


@pytest.mark.parametrize("text", ["• كلمة", "٠ كلمة", "- كلمة", "(٣) كلمة", "12. كلمة"])
def test_items_are_known_by_their_first_word(text):
    assert is_item(text)


@pytest.mark.parametrize("text", ["كلمة", "•", "٢٠٢٤ كلمة", "(كلمة) كلمة"])
def test_other_lines_are_no_items(text):
    assert not is_item(text)


def test_a_bullet_that_was_read_as_a_zero_is_a_bullet():
    assert with_bullet(line("٠ كلمة")).text == "• كلمة"
    assert with_bullet(line("- كلمة")).text == "- كلمة"
    assert with_bullet(line("(٣) كلمة")).text == "(٣) كلمة"


def test_size_and_weight_are_measured(page):
    found = letters(page, Box(100, 95, 700, 120))
    assert found.size == HEIGHT
    assert 0 < found.weight < 1
    assert letters(page, Box(0, 0, 50, 50)).weight == 0
