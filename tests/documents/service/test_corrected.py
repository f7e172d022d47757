import pytest

from vanguard.documents.page import Block, Box, Cell, Document, Line, Page, Reason, Table, Word
from vanguard.documents.service.corrected import (
    ACCEPTED,
    CORRECTED,
    UNPLACED,
    Decided,
    corrected,
)

UNSURE = Reason("unsure_words", "one word is unsure")


def word(text, left):
    return Word(text, Box(left, 10, left + 8, 20), 0.5)


LINE = Line((word("كتب", 50), word("العدد", 40), word("٣٥٦", 30)), Box(30, 10, 58, 20), "rtl", 0.5)
SECOND = Line((word("ثم", 50), word("جاء", 40)), Box(40, 30, 58, 40))
CELLS = (
    Cell(0, 0, (Line((word("a", 0),)),), header=True),
    Cell(0, 1),
    Cell(1, 0, (Line((word("12", 0),)),), confidence=0.4, doubts=("no",)),
)
TABLE = Table(2, 2, CELLS)
DOCUMENT = Document(
    (
        Page(
            1,
            100,
            100,
            (
                Block("paragraph", (LINE, SECOND), tier="review", reasons=(UNSURE,)),
                Block("table", table=TABLE, tier="review"),
                Block("figure"),
            ),
        ),
        Page(2, 100, 100, (Block("paragraph", (LINE,), tier="reject"),)),
    ),
    "a.pdf",
    "f" * 64,
)


def decided(*decisions, keep=True):
    return corrected(DOCUMENT, decisions, keep_rejected=keep)


def first(text):
    return decided(Decided(1, 0, "correct", text)).pages[0].blocks[0]


def test_without_decisions_it_is_the_same():
    assert decided() is DOCUMENT
    assert decided(Decided(1, 9, "accept"), Decided(7, 0, "reject")) == DOCUMENT


def test_accepted_text_is_as_it_was():
    block = decided(Decided(1, 0, "accept")).pages[0].blocks[0]
    assert (block.tier, block.lines) == ("accept", DOCUMENT.pages[0].blocks[0].lines)
    assert block.reasons == (UNSURE, ACCEPTED)


def test_a_corrected_word_takes_the_place_of_the_wrong_one():
    block = first("كتب العدد ٣٥٩\nثم جاء")
    assert block.text == "كتب العدد ٣٥٩\nثم جاء"
    assert block.lines[0].words[:2] == LINE.words[:2]
    assert block.lines[0].words[2] == Word("٣٥٩", LINE.words[2].box)
    assert block.lines[1] is SECOND
    assert (block.tier, block.reasons[-1]) == ("accept", CORRECTED)


def test_words_that_were_one_or_two_keep_what_place_can_be_known():
    block = first("كتب العدد٣٥٦\nثم الآن جاء")
    assert block.lines[0].words[1] == Word("العدد٣٥٦", Box(30, 10, 48, 20))
    assert block.lines[1].words[1] == Word("الآن")


@pytest.mark.parametrize("text", ["كتب العدد ٣٥٦ ثم جاء", "كتب العدد\n٣٥٦ ثم\nجاء"])
def test_lines_that_were_joined_or_broken_are_around_their_words(text):
    block = first(text)
    assert block.text == text
    words = [one for line in block.lines for one in line.words]
    assert words == [*LINE.words, *SECOND.words]
    assert all(line.box is not None for line in block.lines)


def test_a_table_is_corrected_cell_by_cell():
    block = decided(Decided(1, 1, "correct", "a\n13")).pages[0].blocks[1]
    assert block.text == "a\n13"
    assert block.table.cells[0] is CELLS[0]
    assert (block.table.cells[2].doubts, block.table.cells[2].confidence) == ((), None)
    assert block.table.cells[2].lines[0].words[0].box == CELLS[2].lines[0].words[0].box


def test_a_correction_that_fits_no_cells_is_said_and_changes_nothing():
    block = decided(Decided(1, 1, "correct", "a\n13\nmore")).pages[0].blocks[1]
    assert (block.table, block.tier) == (TABLE, "review")
    assert block.reasons[-1] == UNPLACED


def test_rejected_blocks_are_kept_or_left_out():
    kept = decided(Decided(1, 0, "reject"))
    assert (kept.pages[0].blocks[0].tier, len(kept.pages[0].blocks)) == ("reject", 3)
    left = decided(Decided(1, 0, "reject"), Decided(1, 1, "correct", "a\n13"), keep=False)
    assert [block.kind for block in left.pages[0].blocks] == ["table", "figure"]
    assert (
        left.pages[0].blocks[0].text == "a\n13"
    )  # places are those of the document as it was read
    assert left.pages[1] == DOCUMENT.pages[1]  # what only its reader rejected stays


def test_the_last_decision_counts_and_an_empty_correction_is_empty():
    block = decided(Decided(1, 0, "reject"), Decided(1, 0, "correct", " \n ")).pages[0].blocks[0]
    assert (block.lines, block.tier) == ((), "accept")


def test_very_long_texts_are_not_compared_word_by_word(monkeypatch):
    monkeypatch.setattr("vanguard.documents.service.corrected._MOST_COMPARED", 10_000)
    long = Block("paragraph", (Line(tuple(Word(str(n)) for n in range(300))),))
    document = Document((Page(1, 9, 9, (long,)),))
    text = " ".join(str(n) for n in range(301))
    found = corrected(document, [Decided(1, 0, "correct", text)], keep_rejected=True)
    assert found.pages[0].blocks[0].text == text
    assert found.pages[0].blocks[0].lines[0].words[0] == Word("0")
