"""The values that all of documents share: their text, their boxes, their JSON."""

import msgspec

from vanguard.documents.page import Block, Box, Cell, Document, Line, Page, Table, Word


def line(text):
    return Line(tuple(Word(word) for word in text.split()))


def test_a_box_around_two_boxes_holds_both():
    assert Box(1, 2, 3, 4).around(Box(0, 3, 2, 9)) == Box(0, 2, 3, 9)


def test_a_scaled_box_keeps_its_shape():
    box = Box(10, 20, 30, 60).scaled(0.5)
    assert box == Box(5, 10, 15, 30)
    assert (box.width, box.height) == (10, 20)


def test_the_text_of_a_page_is_that_of_its_blocks_in_their_order():
    table = Table(1, 2, (Cell(0, 0, (line("الاسم"),)), Cell(0, 1), Cell(0, 2, (line("٣"),))))
    blocks = (
        Block("heading", (line("باب أول"),), level=1),
        Block("figure"),
        Block("paragraph", (line("سطر أول"), line("سطر ثان"))),
        Block("table", table=table),
    )
    assert Page(1, 595, 842, blocks).text == "باب أول\nسطر أول\nسطر ثان\nالاسم\n٣"


def test_a_document_survives_json():
    block = Block("paragraph", (line("كلمة"),), Box(0, 0, 10.5, 4), reader="pdfium", tier="review")
    document = Document((Page(1, 595, 842, (block,)), Page(2, 595, 842, failed="blank")), "a.pdf")
    data = msgspec.json.encode(document)
    assert msgspec.json.decode(data, type=Document) == document
    assert b'"box":[0.0,0.0,10.5,4.0]' in data or b'"box":[0,0,10.5,4]' in data
