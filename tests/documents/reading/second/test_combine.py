import pytest

from vanguard.documents.page import Alternative, Block, Box, Cell, Line, Reason, Table, Word
from vanguard.documents.reading.second.combine import combined
from vanguard.documents.reading.values import Answer


def line(text, top=0.0, sure=0.8):
    words = tuple(
        Word(word, Box(100 - 10 * at, top, 108 - 10 * at, top + 10), sure)
        for at, word in enumerate(text.split())
    )
    return Line(words, Box(0, top, 108, top + 10), confidence=sure)


def block(*texts):
    lines = tuple(line(text, 20.0 * at) for at, text in enumerate(texts))
    return Block("paragraph", lines, Box(0, 0, 108, 40), reader="ocr", confidence=0.8)


def answer(*texts, sure=0.9, **more):
    lines = tuple(Line(tuple(Word(word, None, sure) for word in text.split())) for text in texts)
    return Answer(0, "vision:x", lines, **more)


GARBLED = block("كانث المذيبة هادئة", "في الصباح")
RIGHT = ("كانت المدينة هادئة", "في الصباح")


def codes(found):
    return [reason.code for reason in found.block.reasons]


def test_where_both_read_the_same_nothing_changes_but_a_reason():
    found = combined(block(*RIGHT), answer("كانت المدينة هادئة في", "الصباح"), "plausible")
    assert (found.agreement, found.digits_agree, codes(found)) == (1.0, True, ["agreed"])
    assert found.block.lines == block(*RIGHT).lines
    assert found.block.alternatives == ()


def test_the_more_plausible_reading_is_taken_on_the_lines_of_the_first():
    found = combined(GARBLED, answer(" ".join(RIGHT)), "plausible")
    assert [one.text for one in found.block.lines] == list(RIGHT)
    assert found.block.lines[0].words[1] == Word("المدينة", Box(90, 0, 98, 10), 0.9)
    assert (found.block.reader, found.block.confidence) == ("vision:x", 0.9)
    assert found.block.alternatives == (Alternative("ocr", GARBLED.text, 0.8),)
    assert codes(found) == ["arbiter"]
    assert "ocr 0." in found.block.reasons[0].says
    assert found.agreement == pytest.approx(0.55, abs=0.1)


def test_the_first_stays_where_the_second_is_no_better():
    found = combined(block(*RIGHT), answer(*(one.text for one in GARBLED.lines)), "plausible")
    assert found.block.text == "\n".join(RIGHT)
    assert found.block.alternatives == (Alternative("vision:x", GARBLED.text, 0.9),)


def test_the_preferred_second_is_not_taken_where_it_is_far_less_plausible():
    found = combined(block(*RIGHT), answer("كثصضش قضغفعق خحجثق", "في الصباح"), "second")
    assert found.block.reader == "ocr"
    found = combined(block(*RIGHT), answer("كانت المدينة هادئة", "في المساء"), "second")
    assert (found.block.reader, found.block.lines[1].text) == ("vision:x", "في المساء")


def test_words_that_the_first_has_not_stay_on_their_line_without_a_box():
    found = combined(block("كانت هادئة"), answer("كانت المدينة هادئة"), "second")
    assert [(word.text, word.box is None) for word in found.block.lines[0].words] == [
        ("كانت", False),
        ("المدينة", True),
        ("هادئة", False),
    ]


def test_a_problem_leaves_the_first_and_keeps_what_was_said():
    why = Reason("invented", "too long")
    found = combined(block(*RIGHT), answer("شيء آخر", problem=why), "second")
    assert (found.agreement, found.block.text) == (None, "\n".join(RIGHT))
    assert found.block.alternatives == (Alternative("vision:x", "شيء آخر"),)
    assert found.block.reasons == (why,)


def test_what_was_done_to_the_answer_is_a_doubt_only_where_it_matters():
    notes = (Reason("fences", "off"), Reason("loop", "cut"))
    found = combined(block(*RIGHT), answer(*RIGHT, notes=notes), "plausible")
    assert found.doubts == (notes[1],)
    assert codes(found) == ["fences", "loop", "agreed"]


def test_digits_are_looked_at_apart():
    first = block("عام ١٩٩٦ في المدينة الكبيرة كلها")
    same, other = "عام ١٩٩٦ في المدينة الكبيره كلها", "عام ١٩٩٧ في المدينة الكبيرة كلها"
    assert combined(first, answer(same), "plausible").digits_agree
    assert not combined(first, answer(other), "plausible").digits_agree


def table(*texts, sure=0.9):
    cells = (
        Cell(0, at, (line(text, sure=sure),) if text else (), confidence=sure if text else None)
        for at, text in enumerate(texts)
    )
    return Table(1, len(texts), tuple(cells))


def test_cells_are_compared_one_by_one():
    given = Block("table", table=table("كثاب", "١٥", ""), reader="ocr", confidence=0.9)
    said = Answer(0, "vision:x", table=table("كتاب", "١٦", ""))
    found = combined(given, said, "second")
    book, number, empty = found.block.table.cells
    assert (book.text, book.doubts) == ("كتاب", ("another reader says كثاب",))
    assert (number.text, number.doubts) == ("١٥", ("another reader says ١٦",))
    assert (empty.text, empty.doubts) == ("", ())
    assert found.block.reader == "ocr+vision:x"
    assert not found.digits_agree
    unsure = Block("table", table=table("كتاب", "١٥", sure=0.5), reader="ocr", confidence=0.5)
    found = combined(unsure, Answer(0, "vision:x", table=table("كتاب", "١٦")), "second")
    assert found.block.table.cells[1].text == "١٦"
