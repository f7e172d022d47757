"""What runs around the text stays outside it."""

from support.synthetic import press
from vanguard.documents.page import FURNITURE
from vanguard.documents.synth.pages import furniture


def test_header_is_above_and_foot_below_the_text():
    seen = set()
    for number in range(12):
        one = press(number)
        furniture.header(one, 1.0)
        furniture.foot(one, 1.0)
        body = one.body()
        for block in one.sheet.blocks:
            seen.add(block.kind)
            where = (
                block.box.bottom <= body.top
                if block.kind == "header"
                else block.box.top >= body.bottom
            )
            assert where, block
    assert seen == FURNITURE


def test_no_chance_no_furniture():
    one = press()
    furniture.header(one, 0.0)
    assert one.sheet.blocks == []


def test_footnotes_fill_the_room_that_was_told():
    one = press()
    notes = furniture.footnotes(one, 3)
    body = one.body()
    told = furniture.height(notes, body)
    furniture.place_footnotes(one, notes, body)
    said = [block for block in one.sheet.blocks if block.kind == "footnote"]
    assert [block.lines[0].words[0].text for block in said] == [
        furniture.mark(one, n) for n in (1, 2, 3)
    ]
    assert body.bottom - told <= said[0].box.top
    assert said[-1].box.bottom <= body.bottom + 1
