"""Pages of running text, by what makes each kind what it is."""

import re

import pytest

from support.synthetic import page, press
from vanguard.documents.synth.pages import prose
from vanguard.documents.synth.text.marks import TATWEEL
from vanguard.documents.synth.text.source import style_of


def blocks(kind, *kinds):
    return [
        block
        for block in page(kind).clean.pages[0].blocks
        if block.kind in (kinds or {"paragraph"})
    ]


@pytest.mark.parametrize(
    ("kind", "count"), [("plain", 1), ("two_columns", 2), ("three_columns", 3)]
)
def test_columns_are_read_from_the_right(kind, count):
    rights = [block.box.right for block in blocks(kind, "paragraph", "list_item")]
    column = 210 / count
    order = [int((210 - right) / column + 0.5) for right in rights]
    assert order == sorted(order)
    assert len(set(order)) == count


def test_within_a_column_blocks_are_read_downwards():
    tops = [
        block.box.top for block in blocks("plain", "heading", "paragraph", "list_item", "figure")
    ]
    assert tops == sorted(tops)


def test_vocalised():
    assert style_of(" ".join(block.text for block in blocks("vocalised"))) == "vocalised"


def test_tatweel():
    assert TATWEEL in " ".join(block.text for block in blocks("tatweel"))


def test_mixed_digits_has_both_sets_dates_and_latin_words():
    texts = [page("mixed_digits", seed).clean.pages[0].text for seed in (1, 2)]
    assert re.search("[A-Za-z]{3}", " ".join(texts))
    assert any(re.search("[٠-٩]", text) and re.search("[0-9]", text) for text in texts)


def test_a_sidebar_is_beside_the_text_and_read_after_it():
    made = blocks("sidebar", "heading", "paragraph", "list_item")
    place = next(n for n, block in enumerate(made) if block.kind == "heading" and block.level == 3)
    main, side = made[:place], made[place:]
    assert main
    apart = [
        one.box.right < two.box.left or two.box.right < one.box.left for one in main for two in side
    ]
    assert all(apart)


def test_each_footnote_has_its_mark_in_the_text():
    notes = [block.lines[0].words[0].text for block in blocks("footnotes", "footnote")]
    words = " ".join(block.text for block in blocks("footnotes")).split()
    assert notes
    assert all(note in words for note in notes)


def test_a_figure_has_a_box_and_a_caption_below_it():
    one = press()
    assert prose.Figure(one).place(one.sheet, one.body()) is None
    figure, caption = one.sheet.blocks
    assert (figure.kind, caption.kind) == ("figure", "caption")
    assert caption.box.top >= figure.box.bottom
    assert one.sheet.areas
    small = one.body()
    small.bottom = small.y + 10
    assert prose.Figure(one).place(one.sheet, small) is not None
