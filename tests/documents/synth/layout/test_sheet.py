"""What a sheet collects."""

from support.synthetic import naskh
from vanguard.documents.page import Box, Line, Table, Word
from vanguard.documents.synth.layout.sheet import Run, Sheet, around


def test_blocks_are_in_the_order_in_which_they_were_said():
    sheet = Sheet(100, 100)
    sheet.say("heading", [Line((Word("أ", Box(1, 1, 2, 2)),), Box(1, 1, 2, 2))], 2)
    sheet.say("paragraph", [])
    sheet.say_figure(Box(0, 5, 9, 9))
    sheet.say_table(Table(0, 0, ()), Box(0, 0, 1, 1))
    assert [block.kind for block in sheet.page().blocks] == ["heading", "figure", "table"]
    assert sheet.page().blocks[0].box == Box(1, 1, 2, 2)


def test_a_run_of_spaces_has_no_box():
    assert Run(naskh(), 10, 5, 5, naskh().shape(" ", "ltr")).box is None
    box = Run(naskh(), 10, 5, 50, naskh().shape("كلم", "rtl")).box
    assert 5 <= box.left < box.right
    assert box.top < 50


def test_around():
    assert around([None, Box(1, 1, 2, 2), Box(0, 3, 1, 4)]) == Box(0, 1, 2, 4)
    assert around([None]) is None
