"""Lines read from left to right."""

import pytest

from support.arabic_texts import DECLARATION, VERSES
from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.order import turn_order


def turned(*lines):
    changes = turn_order(lines, packaged())
    return [
        line if change is None else change.text for line, change in zip(lines, changes, strict=True)
    ]


@pytest.mark.parametrize("line", DECLARATION)
def test_a_line_alone_is_turned(line):
    assert turned(line[::-1]) == [line]


def test_a_part_of_a_line_is_turned():
    assert turned("لكل فرد ةيرحلاو ةايحلا يف قحلا وسلامة شخصه") == [
        "لكل فرد الحق في الحياة والحرية وسلامة شخصه"
    ]


def test_what_is_left_of_a_turned_text_is_turned_too():
    lines = [line[::-1] for line in DECLARATION[:4]] + ["اهل اذه"]
    assert turned(*lines)[-1] == "هذا لها"


def test_marks_stay_on_their_letters():
    assert turned(*(line[::-1] for line in VERSES)) == list(VERSES)


@pytest.mark.parametrize(
    "line", ["باب", "نور", "هدد", "كريستيانو رونالدو", "سامسونج ترامب", "قال محمد"]
)
def test_single_words_and_names_do_not_turn_a_line(line):
    assert turned(line) == [line]


def test_the_reason_says_how_much_spoke_for_it():
    assert (
        "whole line read from left to right ("
        in turn_order([DECLARATION[0][::-1]], packaged())[0].why
    )
