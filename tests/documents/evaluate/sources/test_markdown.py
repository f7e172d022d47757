"""Markdown into pieces, as Arabic readers write it."""

import pytest

from vanguard.documents.evaluate.sources import markdown
from vanguard.documents.evaluate.sources.content import GridCell


def texts(text):
    return [piece.text for piece in markdown.pieces(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("# عنوان ##\nنص", ["عنوان", "نص"]),
        ("**غليظ** و_مائل_ و`رمز`", ["غليظ و_مائل_ ورمز"]),
        ("1. أول\n2. ثان", ["1. أول\n2. ثان"]),
        ("- أول\n* ثان\n• ثالث", ["أول\nثان\nثالث"]),
        ("> قول", ["قول"]),
        ("نص\n---\nنص", ["نص", "نص"]),
        ("    مزاح", ["مزاح"]),
        ("[رابط](http://x) ![صورة](y.png)", ["رابط"]),
        ("[1]: حاشية", ["[1]: حاشية"]),
        ("```markdown\n# عنوان\n```", ["عنوان"]),
        ("أ<br>ب <u>ج</u> <!-- لا --> د", ["أ\nب ج  د"]),
        ("_____ فراغ", ["_____ فراغ"]),
        ("أ &amp; ب", ["أ & ب"]),
        ("أ\r\nب\r\rج", ["أ\nب", "ج"]),
        ("", []),
    ],
)
def test_marks_go_and_text_stays(text, pieces):
    assert texts(text) == pieces


def test_a_table_of_pipes_is_a_grid():
    (piece,) = markdown.pieces("| أ | ب |\n|---|:-:|\n| ١ | **٢** |\n| \\| | |")
    assert piece.grid.rows == (
        (GridCell("أ", header=True), GridCell("ب", header=True)),
        (GridCell("١"), GridCell("٢")),
        (GridCell("|"), GridCell("")),
    )
    assert piece.text == "أ ب\n١ ٢\n|"


def test_an_html_table_between_lines_is_a_piece_of_its_own():
    found = list(markdown.pieces("قبل <table>\n\n<tr><td>أ</td></tr>\n\n</table> بعد"))
    assert [piece.text for piece in found] == ["قبل", "أ", "بعد"]
    assert [piece.grid is not None for piece in found] == [False, True, False]


def test_a_table_that_was_cut_off_reaches_to_the_end():
    assert texts("قبل\n<table><tr><td>أ</td><td>ب") == ["قبل", "أ ب"]


def test_a_long_text_is_read_in_portions_and_none_is_lost(monkeypatch):
    monkeypatch.setattr(markdown, "_PORTION_CHARS", 20)
    text = "\n\n".join(f"فقرة رقم {n}" for n in range(30)) + "\n\n" + "x" * 70
    found = texts(text)
    assert found[:30] == [f"فقرة رقم {n}" for n in range(30)]
    assert "".join(found[30:]) == "x" * 70


def test_the_markdown_itself_is_kept():
    assert markdown.content("# أ").markdown == "# أ"


def test_plain_text_keeps_its_marks():
    found = markdown.plain("# أ\n* ب\n \nج")
    assert [piece.text for piece in found.pieces] == ["# أ\n* ب", "ج"]
