"""The font of the invisible text."""

import io

from fontTools.ttLib import TTFont

from vanguard.documents.formats.pdf import font
from vanguard.documents.formats.pdf.font import Codes, blank_font, is_mark


def test_the_glyph_has_a_box_and_no_area():
    made = TTFont(io.BytesIO(blank_font()))
    glyph = made["glyf"]["blank"]
    assert (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax) == (0, -250, 500, 750)
    assert len(glyph.coordinates) == 2
    assert len(blank_font()) < 2000
    blank_font.cache_clear()
    assert blank_font() == made.reader.file.getvalue()


def test_codes_are_given_once_and_marks_are_narrow():
    codes = Codes()
    assert [codes(c) for c in "بِب"] == [2, 3, 2]
    assert codes.widths() == b"[3[1]]"
    assert is_mark("\u0650")
    assert not is_mark("ب")


def test_the_map_says_what_each_code_is_in_blocks_of_a_hundred():
    codes = Codes()
    for n in range(150):
        codes(chr(0x4E00 + n))
    codes("\U0001f600")
    cmap = codes.to_unicode().decode()
    assert "100 beginbfchar" in cmap
    assert "52 beginbfchar" in cmap
    assert "<0002> <4E00>" in cmap
    assert "<D83DDE00>" in cmap


def test_more_characters_than_codes_are_replaced(monkeypatch):
    monkeypatch.setattr(font, "MAX_CODES", 2)
    codes = Codes()
    assert [codes(c) for c in "abab"] == [2, 1, 2, 1]
