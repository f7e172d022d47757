"""Shaping: letters join, ink is where outlines are, each character belongs to a glyph."""

import pytest

from support.synthetic import naskh, sans


def test_letters_take_their_joined_forms():
    alone = {glyph.number for glyph in naskh().shape("ب", "rtl").glyphs}
    joined = {glyph.number for glyph in naskh().shape("ببب", "rtl").glyphs}
    assert len(joined) >= 3
    assert not alone & joined


@pytest.mark.parametrize("word", ["السَّلامُ", "لا", "price", "١٢٣"])
def test_each_character_belongs_to_one_glyph(word):
    direction = "ltr" if word in {"price", "١٢٣"} else "rtl"
    glyphs = sans().shape(word, direction).glyphs
    in_order = glyphs if direction == "ltr" else reversed(glyphs)
    assert sorted("".join(glyph.text for glyph in in_order)) == sorted(word)


def test_a_ligature_has_all_its_characters():
    assert "لا" in [glyph.text for glyph in sans().shape("لا", "rtl").glyphs]


def test_ink_reaches_where_the_letters_do():
    shaped = naskh().shape("العلم", "rtl")
    assert shaped.ink.top > 0.4
    assert shaped.ink.bottom < 0
    assert shaped.advance > shaped.ink.right - shaped.ink.left > 0.5
    assert naskh().shape(" ", "ltr").ink is None


def test_covers():
    assert naskh().covers("علم نافع")
    assert not naskh().covers("علم ABC")


def test_a_word_is_shaped_once():
    assert naskh().shape("مرة", "rtl") is naskh().shape("مرة", "rtl")
