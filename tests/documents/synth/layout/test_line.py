"""One line: visual order, alignment, justification, boxes."""

import pytest

from support.synthetic import naskh, sans, type_of
from vanguard.documents.synth.layout.line import set_line, width
from vanguard.documents.synth.layout.sheet import Sheet

WORDS = ["العلم", "نور", "PDF", "١٢٣"]


def line(align="right", words=WORDS, right=300.0):
    return set_line(Sheet(400, 400), words, type_of(), (100.0, right, 50.0), align)


def test_words_stand_from_right_to_left_in_logical_order():
    set_ = line()
    assert [word.text for word in set_.words] == WORDS
    lefts = [word.box.left for word in set_.words]
    assert lefts == sorted(lefts, reverse=True)


@pytest.mark.parametrize(
    ("align", "gap"), [("right", (1, 0)), ("left", (0, 1)), ("centre", (1, 1))]
)
def test_alignment(align, gap):
    box = line(align).box
    left, right = box.left - 100, 300 - box.right
    assert (left > 5, right > 5) == tuple(map(bool, gap))


def test_a_justified_line_reaches_both_edges():
    box = line("justify", WORDS * 2, right=250.0).box
    assert box.left == pytest.approx(100, abs=1.5)
    assert box.right == pytest.approx(250, abs=1.5)


def test_a_line_of_few_words_is_not_torn_apart():
    assert line("justify", ["كلمة", "أخرى"]).box.left > 200


def test_the_width_is_that_of_the_set_line():
    sheet = Sheet(400, 400)
    set_line(sheet, WORDS, type_of(), (0.0, 400.0, 50.0))
    ends = sheet.lines[0]
    natural = ends[-1].x + ends[-1].shaped.advance * ends[-1].size - ends[0].x
    assert natural == pytest.approx(
        sum(width(word, type_of()) for word in WORDS) + 3 * type_of().space
    )


def test_what_a_face_lacks_is_set_in_the_other():
    sheet = Sheet(400, 400)
    set_line(sheet, ["شبكةABC"], type_of(), (0.0, 400.0, 50.0))
    assert {run.face for run in sheet.lines[0]} == {naskh(), sans()}
    assert type_of().prints("ABC")
    assert not type_of().prints("語")
