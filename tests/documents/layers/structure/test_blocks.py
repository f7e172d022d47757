"""Lines and rules of a page into blocks."""

from vanguard.documents.layers.assemble import SetLine
from vanguard.documents.layers.contract import Drawn
from vanguard.documents.layers.structure.blocks import blocks_of, without_settings
from vanguard.documents.page import Box, Line, Word

SIZE = (595.0, 842.0)
TEXT = "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق وقد وهبوا"


def line(top, text=TEXT, *, left=80.0, right=515.0, size=11.0, bold=False):
    """Words from the right edge to the left one, all of the same width."""
    words = text.split()
    step = (right - left) / len(words)
    foot = top + 1.27 * size
    made = tuple(
        Word(word, Box(right - step * (at + 1) + 3, top, right - step * at, foot))
        for at, word in enumerate(words)
    )
    return SetLine(made, Box(left + 3, top, right, foot), size=size, baseline=top + size, bold=bold)


def paragraph(top, count, **how):
    return [line(top + 18 * at, **how) for at in range(count)]


def kinds(lines, drawn=()):
    return [(block.kind, len(block.lines)) for block in blocks_of(lines, "x", drawn, SIZE)]


def test_a_gap_parts_paragraphs():
    assert kinds([*paragraph(100, 4), *paragraph(200, 3)]) == [("paragraph", 4), ("paragraph", 3)]


def test_a_larger_line_and_a_bold_one_are_headings():
    large = line(75, "حقوق الإنسان", left=350, size=20)
    heavy = line(220, "المادة الأولى", left=380, bold=True)
    found = blocks_of([large, *paragraph(110, 5), heavy, *paragraph(240, 4)], "x", (), SIZE)
    assert [(block.kind, block.level) for block in found] == [
        ("title", 1), ("paragraph", 0), ("heading", 3), ("paragraph", 0),
    ]  # fmt: skip


def test_items_of_a_list():
    items = [line(100 + 18 * at, f"{at + 1}. حق الحياة", left=400) for at in range(3)]
    assert kinds([*items, *paragraph(200, 4)]) == [("list_item", 1)] * 3 + [("paragraph", 4)]


def test_a_paragraph_goes_on_in_the_next_column():
    right = paragraph(100, 20, left=310)
    left = paragraph(100, 20, right=285)
    (block,) = blocks_of([*right, *left], "x", (), SIZE)
    assert len(block.lines) == 40
    ended = [*right[:-1], line(442, "ينتهي هنا سطر آخر من النص.", left=310), *left]
    assert len(blocks_of(ended, "x", (), SIZE)) == 2


def rules(xs, ys):
    level = [Drawn("rule", xs[0], y, xs[-1], y) for y in ys]
    return (*level, *(Drawn("rule", x, ys[0], x, ys[-1]) for x in xs))


def test_a_ruled_table_stands_where_it_is_read():
    cells = [line(205 + 30 * row, text, left=left, right=left + 60)
             for row in range(3) for text, left in (("بغداد", 420), ("١٢", 280), ("٣٤", 120))]  # fmt: skip
    drawn = rules((80, 225, 370, 515), (200, 230, 260, 290))
    found = blocks_of([*paragraph(100, 4), *cells, *paragraph(310, 4)], "x", drawn, SIZE)
    assert [block.kind for block in found] == ["paragraph", "table", "paragraph"]
    table = found[1].table
    assert (table.rows, table.columns, table.cells[0].text) == (3, 3, "بغداد")
    assert found[1].box == Box(80, 200, 515, 290) or abs(found[1].box.left - 80) < 2


def test_a_table_without_rules():
    cells = [line(205 + 20 * row, text, left=left, right=left + 40)
             for row in range(6) for text, left in (("بغداد", 470), ("١٢", 280), ("٣٤", 120))]  # fmt: skip
    found = blocks_of([*paragraph(100, 4), *cells, *paragraph(360, 4)], "x", (), SIZE)
    assert [block.kind for block in found] == ["paragraph", "table", "paragraph"]


def test_columns_of_prose_are_no_table():
    lines = [*paragraph(100, 30, left=310), *paragraph(100, 30, right=285)]
    frame = (Drawn("rule", 80, 90, 515, 90), Drawn("rule", 297, 90, 297, 640))
    assert "table" not in {kind for kind, _ in kinds(lines, frame)}


def test_furniture_stands_around():
    found = blocks_of([*paragraph(100, 20), line(800, "12", left=290, right=310)], "x", (), SIZE)
    assert [block.kind for block in found] == ["paragraph", "page_number"]


def test_lines_without_places_make_no_blocks():
    assert blocks_of([Line((Word("كلمة"),))], "x", (), SIZE) == ()
    assert blocks_of([], "x", (), SIZE) == ()


def test_blocks_hold_plain_lines():
    (block,) = blocks_of(paragraph(100, 4), "x", (), SIZE)
    assert {type(one) for one in block.lines} == {Line}
    assert {type(one) for one in without_settings(paragraph(100, 2))} == {Line}


def test_a_page_with_nothing_but_a_table():
    cells = [line(205 + 30 * row, text, left=left, right=left + 60)
             for row in range(3) for text, left in (("بغداد", 420), ("١٢", 280), ("٣٤", 120))]  # fmt: skip
    drawn = rules((80, 225, 370, 515), (200, 230, 260, 290))
    assert [block.kind for block in blocks_of(cells, "x", drawn, SIZE)] == ["table"]


def test_what_stands_over_a_table_is_no_header():
    drawn = rules((80, 225, 370, 515), (100, 130, 160, 190))
    cells = [line(105 + 30 * row, text, left=left, right=left + 60)
             for row in range(3) for text, left in (("بغداد", 420), ("١٢", 280), ("٣٤", 120))]  # fmt: skip
    lines = [line(70, "زوار المكتبة", left=430, right=515), *cells, *paragraph(300, 10)]
    assert [block.kind for block in blocks_of(lines, "x", drawn, SIZE)][1:] == [
        "table",
        "paragraph",
    ]
    assert blocks_of(lines, "x", drawn, SIZE)[0].kind != "header"
