"""Marks on their letters."""

from vanguard.documents.layers.contract import Glyph
from vanguard.documents.layers.marks import is_mark, named_once, units_of


def glyph(text, left, width=6.0, stroke=1, baseline=100.0):
    return Glyph(text, left, baseline - 9, left + width, baseline + 3, baseline, 12, 0, stroke)


def texts(*glyphs):
    return [unit.text for unit in units_of(list(enumerate(glyphs)))]


def test_marks_painted_before_their_letters_from_the_left():
    line = [
        glyph("ُ", 0, 0),
        glyph("ب", 0),
        glyph("ِ", 6, 0),
        glyph("ك", 6),
        glyph(" ", 12),
        glyph("ب", 18),
    ]
    assert texts(*line) == ["بُ", "كِ", " ", "ب"]


def test_marks_painted_behind_their_letters_as_typed():
    line = [
        glyph("ك", 18),
        glyph("ِ", 18, 0),
        glyph("ب", 12),
        glyph("ُ", 12, 0),
        glyph(" ", 6),
        glyph("ب", 0),
    ]
    assert texts(*line) == ["كِ", "بُ", " ", "ب"]


def test_several_marks_come_out_as_typed():
    line = [glyph("ۖ", 0, 0), glyph("ۡ", 0, 0), glyph("م", 0), glyph(" ", 6), glyph("ت", 12)]
    assert texts(*line)[0] == "مۡۖ"


def test_characters_of_one_ligature_stay_together_in_their_order():
    assert texts(glyph("ل", 0), glyph("ا", 0)) == ["لا"]
    assert texts(glyph("ا", 0), glyph("ل", 0)) == ["لا"]
    assert texts(glyph("م", 0), glyph("ح", 0)) == ["مح"]


def test_controls_and_spaces_without_width_are_left_out():
    assert texts(glyph("\u200e+", 0), glyph(" ", 6, 0), glyph("\x00", 6), glyph("5", 6)) == [
        "+",
        "5",
    ]


def test_a_mark_without_a_letter_stands_alone():
    assert texts(glyph("ب", 0), glyph(" ", 6), glyph("ّ", 90, 0)) == ["ب", " ", "ّ"]


def test_what_is_a_mark():
    assert [is_mark(text) for text in ("َ", "ﹶ", "ٰٓ", "ب", "بَ", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_mark_that_is_named_like_its_whole_letter_is_left_out():
    whole = [glyph("قٌّ", 20.4, 0.0), glyph("قٌّ", 20.0, 8.0), glyph("ح", 28.0), glyph("ح", 34.0)]
    kept = [one for _, one in named_once(list(enumerate(whole)))]
    assert kept == whole[1:]  # two letters of a kind are two
    far = [glyph("قٌّ", 90.0, 0.0), glyph("قٌّ", 20.0, 8.0), glyph("َ", 21.0, 0.0), glyph("َ", 30.0, 0.0)]
    assert len(named_once(list(enumerate(far)))) == 4
