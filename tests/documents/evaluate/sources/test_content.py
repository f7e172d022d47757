"""Grids: spans, places, and their HTML."""

from vanguard.documents.evaluate.sources import content as module
from vanguard.documents.evaluate.sources.content import (
    MAX_CELLS,
    MAX_SPAN,
    Content,
    Grid,
    GridCell,
    Piece,
    joined,
    span,
    table_html,
)

SPANNED = Grid(
    (
        (GridCell("أ", row_span=2, header=True), GridCell("ب", column_span=2)),
        (GridCell("ج"), GridCell("")),
    )
)


def test_a_cell_stands_at_all_places_that_it_covers():
    places = {place: cell.text for place, cell in SPANNED.places().items()}
    assert places == {(0, 0): "أ", (1, 0): "أ", (0, 1): "ب", (0, 2): "ب", (1, 1): "ج", (1, 2): ""}


def test_the_text_of_a_grid_has_no_trace_of_empty_cells():
    assert SPANNED.text == "أ ب\nج"


def test_spans_that_claim_a_field_of_millions_are_cut():
    cells = tuple(GridCell(str(n), MAX_SPAN, MAX_SPAN) for n in range(50))
    assert len(Grid((cells,) * 50).places()) == MAX_CELLS


def test_a_span_is_a_small_number():
    assert [span(text) for text in ("3", None, "", "0", "-2", "x", "²", "٣", "9" * 9, "9" * 5000)] == [
        3, 1, 1, 1, 1, 1, 1, 3, MAX_SPAN, 1,
    ]  # fmt: skip


def test_a_table_is_written_with_spans_and_escapes():
    grid = Grid(((GridCell("a<b\nج", 2, 3, header=True), GridCell("د")),))
    assert table_html(grid) == (
        '<table><tr><th rowspan="2" colspan="3">a&lt;b<br>ج</th><td>د</td></tr></table>'
    )


def test_the_body_leaves_tables_out():
    content = Content((Piece("أ"), Piece(SPANNED.text, SPANNED), Piece("ب")))
    assert content.body == "أ\nب"
    assert content.text == "أ\nأ ب\nج\nب"
    assert content.grids == (SPANNED,)


def test_pages_joined_failed_only_if_each_did():
    good, bad = Content((Piece("أ"),), "أ"), Content(failed="why")
    assert joined([good, bad, good]) == Content((Piece("أ"), Piece("أ")), "أ\n\nأ")
    assert joined([bad, bad]).failed == "why"
    assert module.joined([]).failed == ""
