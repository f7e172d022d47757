"""Boxes follow what moves, and no word is pushed off the image."""

import numpy as np

from support.synthetic import page, picture
from vanguard.documents.page import Block, Box, Cell, Line, Page, Table, Word
from vanguard.documents.synth.degrade.apply import degrade, moved_page
from vanguard.documents.synth.degrade.plan import TRANSFORMS


def words(page):
    for block in page.blocks:
        cells = block.table.cells if block.table else ()
        for line in (*block.lines, *(line for cell in cells for line in cell.lines)):
            yield from line.words


def inside(pixels, page, scale):
    """The share of dark pixels that lie in some word's box, a pixel more or less."""
    dark = pixels.min(axis=2) < 128
    covered = np.zeros_like(dark)
    for word in words(page):
        box = word.box.scaled(scale)
        rows = slice(max(0, int(box.top) - 1), int(box.bottom) + 3)
        covered[rows, max(0, int(box.left) - 1) : int(box.right) + 3] = True
    return (dark & covered).sum() / dark.sum()


def test_all_ink_of_a_moved_page_is_in_moved_boxes():
    made = page("vocalised")
    for name, transform in TRANSFORMS.items():
        if transform.family == "geometry":
            after = degrade(made.image, made.clean.pages[0], ((name, 3),), made.dpi, 4)
            assert after.moved
            assert inside(after.pixels, after.page, made.dpi / 72) > 0.995, name


def test_a_page_that_stays_has_its_boxes_as_they_were():
    made = page("vocalised")
    after = degrade(made.image, made.clean.pages[0], (("gaussian_noise", 1),), made.dpi, 4)
    assert not after.moved
    assert after.page is made.clean.pages[0]
    assert after.steps == (("gaussian_noise", 1),)


def test_a_move_that_would_push_words_off_is_made_weaker_or_left_out():
    line = Line((Word("كلمة", Box(0.1, 0.1, 71.9, 95.9)),), Box(0.1, 0.1, 71.9, 95.9))
    full = Page(1, 72, 96, (Block("paragraph", (line,), Box(0.1, 0.1, 71.9, 95.9)),))
    after = degrade(picture(), full, (("skew", 3), ("wave", 1)), 72, 1)
    assert "skew" not in dict(after.steps)
    box = after.page.blocks[0].box
    assert box.left >= 0
    assert box.bottom <= 96


def test_each_box_of_a_page_moves():
    box = Box(10, 10, 20, 20)
    line = Line((Word("أ", box), Word("ب")), box)
    table = Table(1, 1, (Cell(0, 0, (line,), box=box),))
    before = Page(1, 100, 100, (Block("table", box=box, table=table), Block("paragraph", (line,))))
    after = moved_page(before, lambda points: points + np.float32(5), 2.0)
    moved = Box(12.5, 12.5, 22.5, 22.5)
    assert after.blocks[0].box == moved
    assert after.blocks[0].table.cells[0].box == moved
    assert after.blocks[0].table.cells[0].lines[0].words == (Word("أ", moved), Word("ب"))
    assert after.blocks[1].lines[0].box == moved
    assert after.blocks[1].box is None
