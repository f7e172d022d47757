"""What nobody sees on a page."""

import pytest

from vanguard.documents.layers.contract import Drawn, Glyph, Painted
from vanguard.documents.layers.places.seen import seen


def glyph(left, top=100.0, **more):
    options = {"size": 10.0, **more}
    return Glyph("ب", left, top, left + 6, top + 10, top + 8, options.pop("size"), **options)


def page(*glyphs):
    return Painted("made", 200, 300, (*(glyph(20 + 6 * n) for n in range(20)), *glyphs))


@pytest.mark.parametrize(("left", "top"), [(-20, 100), (250, 100), (20, -30), (20, 320)])
def test_text_beyond_the_edges_is_left_out(left, top):
    found, told = seen(page(glyph(left, top)), ())
    assert len(found.glyphs) == 20
    assert told == ("1 characters outside of the page left out",)


def test_text_in_the_colour_of_paper_is_left_out_unless_it_stands_on_something_dark():
    pale = Drawn("pale", 20, 200, 60, 210, 255)
    white = page(glyph(30, 200))
    found, told = seen(white, (pale,))
    assert len(found.glyphs) == 20
    assert told == ("1 characters that nobody can see left out",)
    below = Drawn("area", 0, 190, 100, 230, 40)
    assert seen(white, (below, pale)) == (white, ())
    assert len(seen(white, (pale, below))[0].glyphs) == 20
    assert len(seen(white, (Drawn("area", 0, 190, 100, 230, 250), pale))[0].glyphs) == 20


def test_tiny_text_is_left_out_and_what_lies_below_a_scan_stays():
    assert len(seen(page(glyph(30, 200, size=0.5)), ())[0].glyphs) == 20
    below = page(glyph(30, 200, size=0.5, hidden=True))
    assert seen(below, ()) == (below, ())


def test_a_page_of_which_hardly_anything_would_be_left_stays():
    odd = Painted("made", 200, 300, tuple(glyph(500 + 6 * n) for n in range(20)))
    assert seen(odd, ()) == (odd, ())
