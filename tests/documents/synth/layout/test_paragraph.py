"""Lines are broken where they must, go on in the next column, and lose no word without a trace."""

from support.synthetic import type_of
from vanguard.documents.synth.layout.line import width
from vanguard.documents.synth.layout.paragraph import (
    Column,
    Gap,
    Paragraph,
    broken,
    place_box,
    pour,
)
from vanguard.documents.synth.layout.sheet import Sheet

WORDS = (
    "لكل",
    "فرد",
    "حق",
    "في",
    "حرية",
    "التفكير",
    "والضمير",
    "والدين",
    "ويشمل",
    "هذا",
    "الحق",
    "حرية",
    "تغيير",
    "ديانته",
)


def said(sheet):
    return [word.text for block in sheet.blocks for line in block.lines for word in line.words]


def test_no_line_is_wider_than_the_room():
    lines = list(broken(WORDS, type_of(), 120, indent=30))
    assert [word for line in lines for word in line] == list(WORDS)
    for number, line in enumerate(lines):
        wide = sum(width(word, type_of()) for word in line) + type_of().space * (len(line) - 1)
        assert wide <= (90 if number == 0 else 120)


def test_words_without_room_or_glyphs_are_in_neither_print_nor_truth():
    assert list(broken(["حق", "語", "و" * 99], type_of(), 60)) == [["حق"]]


def test_a_paragraph_goes_on_in_the_next_column():
    sheet = Sheet(400, 400)
    high = type_of().pitch * 2.5
    right, left = Column(210, 330, 10, 10 + high), Column(60, 180, 10, 300)
    pour(sheet, [right, left], iter([Paragraph(WORDS, type_of())]))
    assert said(sheet) == list(WORDS)
    assert [block.box.left > 200 for block in sheet.blocks] == [True, False]
    assert len(sheet.blocks[0].lines) == 2


def test_what_has_no_room_is_left_out():
    sheet = Sheet(400, 400)
    pour(sheet, [Column(0, 100, 0, type_of().pitch * 1.5)], iter([Paragraph(WORDS, type_of())] * 3))
    assert said(sheet) == list(WORDS)[: len(said(sheet))]
    assert len(sheet.blocks) == 1


def test_a_heading_does_not_stand_alone_at_the_foot():
    sheet = Sheet(400, 400)
    column = Column(0, 300, 0, type_of().pitch * 2.5)
    heading = Paragraph(("عنوان",), type_of(), kind="heading", keep=2)
    assert heading.place(sheet, column) is heading
    assert sheet.blocks == []


def test_gaps_and_boxes_take_room():
    column = Column(0, 100, 0, 50)
    Gap(20).place(Sheet(1, 1), column)
    assert place_box(column, 10).top == 20
    Gap(99).place(Sheet(1, 1), column)
    assert column.room == 0
