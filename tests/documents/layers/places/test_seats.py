"""A letter that the file names on its hamza is put on the stroke below."""

from vanguard.documents.layers.contract import Glyph
from vanguard.documents.layers.places.seats import seated

JOINER = "\u200d"


def glyph(text, left, right, baseline=100.0):
    return Glyph(text, left, baseline - 9, right, baseline + 3, baseline, 10.0)


def seats(*glyphs):
    return [(one.text, one.left, one.baseline) for _, one in seated(list(enumerate(glyphs)))]


def word(hamza, stroke):
    """The letters of الأداء around the stroke of its second alef."""
    return (glyph("د", 90, 96), hamza, stroke, glyph("ل", 102, 108), glyph("ا", 108, 110))


def test_a_raised_letter_goes_down_to_its_stroke_and_the_stroke_says_nothing():
    found = seats(*word(glyph("أ", 97, 97, 91.0), glyph(JOINER, 96, 102)))
    assert found == [("د", 90, 100), ("أ", 96, 100), ("ل", 102, 100), ("ا", 108, 100)]


def test_a_letter_on_the_line_stays_where_its_hamza_is_the_nameless_one():
    found = seats(*word(glyph("أ", 96, 98), glyph(JOINER, 97, 97, 91.0)))
    assert ("أ", 96, 100) in found
    assert JOINER not in [text for text, _, _ in found]


def test_a_stroke_far_off_is_another_letters():
    assert ("أ", 80, 91) in seats(*word(glyph("أ", 80, 80, 91.0), glyph(JOINER, 96, 102)))


def test_letters_without_strokes_are_as_they_were():
    glyphs = [(at, glyph(letter, 10 * at, 10 * at + 2)) for at, letter in enumerate("قرأ")]
    assert seated(glyphs) == glyphs
