"""Letters that a file does not give."""

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.layers.missing import EMPTY_FROM, UNDEFINED_FROM, restored
from vanguard.documents.page import Line, Word

EMPTY, UNDEFINED = chr(EMPTY_FROM + 3), chr(UNDEFINED_FROM + 4)


def lines(*texts):
    return [Line(tuple(map(Word, text.split()))) for text in texts]


def mended(*texts):
    found, notes = restored(lines(*texts), packaged())
    return [line.text for line in found], notes


def test_a_letter_is_told_by_the_words_that_lack_it():
    wrong = "حقوق الإنسان والعدل والسلام في العالم والميلاد".replace("ل", UNDEFINED)
    assert mended(wrong) == (
        ["حقوق الإنسان والعدل والسلام في العالم والميلاد"], ("glyphs without a letter stand for ل",)
    )  # fmt: skip


def test_a_glyph_that_stands_for_nothing_is_left_out():
    assert mended(f"حقوق{EMPTY} الإنسان{EMPTY} كافة") == (["حقوق الإنسان كافة"], ())


def test_a_glyph_that_no_word_lacks_is_a_piece_of_its_neighbour():
    wrong = " ".join(f"{UNDEFINED}{word}" for word in ("حقوق", "الإنسان", "كافة"))
    assert mended(wrong) == (["حقوق الإنسان كافة"], ())
    assert mended(f"{UNDEFINED}حقوق") == (["\ufffdحقوق"], ())


def test_what_cannot_be_told_is_said_to_be_unknown():
    assert mended(f"{UNDEFINED}{UNDEFINED} قق{UNDEFINED}") == (["\ufffd\ufffd قق\ufffd"], ())


def test_text_that_lacks_nothing_is_the_same():
    given = lines("حقوق الإنسان")
    assert restored(given, packaged()) == (tuple(given), ())


def test_a_glyph_that_stretches_words_is_left_out_though_they_are_shapes():
    assert mended(f"\ufeed\ufed7{UNDEFINED}{UNDEFINED}د") == (["\ufeed\ufed7د"], ())
    assert mended(f"ا{UNDEFINED}لكتب عن") == (["الكتب عن"], ())
    # at the edge of a word a letter may be missing
    assert mended(f"كتاب{UNDEFINED}") == (["كتاب\ufffd"], ())
