"""Words into the cells of a grid."""

from vanguard.documents.layers.structure.tables import take
from vanguard.documents.page import Box, Line, Word
from vanguard.documents.tables.grid import Grid, Place

# two columns of 100 points, three rows of 20; the upper right corner at (250, 100)
PLACES = tuple(
    Place(row, column, Box(50 + 100 * column, 100 + 20 * row, 150 + 100 * column, 120 + 20 * row))
    for row in range(3)
    for column in range(2)
)
GRID = Grid(3, 2, PLACES, Box(50, 100, 250, 160))


def line(top, *words):
    made = tuple(Word(text, Box(left, top, left + 20, top + 10)) for text, left in words)
    boxes = [word.box for word in made]
    box = Box(min(b.left for b in boxes), top, max(b.right for b in boxes), top + 10)
    return Line(made, box)


ROWS = [
    line(105, ("المدينة", 200), ("السكان", 80)),
    line(125, ("بغداد", 200), ("١٢", 80)),
    line(145, ("تونس", 200)),
]


def test_a_line_over_two_cells_is_parted_and_the_right_column_is_the_first():
    found = take(GRID, 1.0, ROWS)
    texts = {(cell.row, cell.column): cell.text for cell in found.table.cells}
    assert texts[0, 0] == "المدينة"
    assert texts[0, 1] == "السكان"
    assert texts[1, 1] == "١٢"
    assert texts[2, 1] == ""
    assert [cell.header for cell in found.table.cells] == [True, True, False, False, False, False]
    assert (found.first, set(found.rest.values())) == (0, {None})


def test_latin_is_read_from_the_left():
    rows = [line(105 + 20 * at, ("Paris", 80), ("Population", 200)) for at in range(3)]
    table = take(GRID, 1.0, rows).table
    assert (table.direction, table.cells[0].text) == ("ltr", "Paris")


def test_what_stands_beside_a_table_stays():
    beside = line(105, ("خارج", 300), ("داخل", 200))
    found = take(GRID, 1.0, [beside, *ROWS[1:]])
    assert found.rest[0].text == "خارج"
    assert found.rest[0].box == Box(300, 105, 320, 115)


def test_lines_of_one_cell_stand_below_each_other():
    cells = take(
        GRID, 1.0, [line(111, ("ثان", 200)), line(101, ("أول", 200)), *ROWS[1:]]
    ).table.cells
    assert cells[0].text == "أول\nثان"


def test_a_page_in_a_frame_is_no_table():
    prose = [line(100 + 0.6 * at, *((f"كلمة{n}", 160 + n) for n in range(8))) for at in range(30)]
    assert take(GRID, 1.0, [*prose, *ROWS[1:2]]) is None
    assert take(GRID, 1.0, ROWS[2:]) is None
    assert take(GRID, 2.0, [line(500, ("بعيد", 300))]) is None


def test_without_rules_what_is_painted_column_by_column_is_prose():
    column = [line(105 + 20 * row, ("نص", left)) for left in (200, 80) for row in range(3)]
    assert take(GRID, 1.0, column, ruled=False) is None
    assert take(GRID, 1.0, column) is not None
    rows = [line(105 + 20 * row, ("نص", left)) for row in range(3) for left in (200, 80)]
    assert take(GRID, 1.0, rows, ruled=False) is not None
