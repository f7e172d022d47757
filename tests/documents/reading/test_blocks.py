from vanguard.documents.page import Box, Line, Reason, Word
from vanguard.documents.reading.blocks import gather


def line(top, *, left=100.0, high=12.0, sure=0.9):
    return Line((Word("سطر"),), Box(left, top, 500.0, top + high), "rtl", sure)


def tops(blocks):
    return [[one.box.top for one in block.lines] for block in blocks]


def test_lines_close_to_each_other_are_a_paragraph():
    assert tops(gather([line(100), line(118), line(136)], "x", ())) == [[100, 118, 136]]


def test_a_gap_a_jump_and_another_size_begin_a_new_one():
    lines = [line(100), line(118), line(160), line(178), line(50), line(70, high=30)]
    assert tops(gather(lines, "x", ())) == [[100, 118], [160, 178], [50], [70]]


def test_a_short_last_line_ends_its_paragraph():
    lines = [line(100), line(118, left=400), line(136), line(154)]
    assert tops(gather(lines, "x", ())) == [[100, 118], [136, 154]]


def test_lines_without_boxes_stay_together():
    (block,) = gather([Line((Word("a"),), None, "ltr"), Line((Word("b"),), None, "ltr")], "x", ())
    assert (block.direction, block.box, block.confidence) == ("ltr", None, None)


def test_a_block_is_as_sure_as_its_letters_and_the_first_has_the_reasons():
    why = (Reason("because", "why"),)
    first, second = gather([line(100, sure=0.9), line(200, sure=0.4)], "tesseract", why)
    assert (first.reader, first.confidence, first.reasons) == ("tesseract", 0.9, why)
    assert (second.confidence, second.reasons) == (0.4, ())


def test_nothing_gives_no_block():
    assert gather([], "x", (Reason("because", "why"),)) == ()


def test_furniture_stands_around_the_text():
    lines = [line(800), line(100), line(118), line(60)]
    blocks = gather(lines, "x", (Reason("because", "why"),), {0: "page_number", 3: "header"})
    assert [(block.kind, len(block.lines)) for block in blocks] == [
        ("header", 1),
        ("paragraph", 2),
        ("page_number", 1),
    ]
    assert blocks[0].reasons == (Reason("because", "why"),)
