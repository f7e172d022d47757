"""The walk over all boxes; that it reaches each is seen with the moves of `degrade/apply`."""

from vanguard.documents.page import Block, Box, Page
from vanguard.documents.synth.boxes import rounded


def test_boxes_are_rounded_to_hundredths():
    page = Page(1, 100, 100, (Block("figure", box=Box(1.234567, 2, 3.999, 5)), Block("figure")))
    assert rounded(page).blocks[0].box == Box(1.23, 2, 4.0, 5)
    assert rounded(page).blocks[1].box is None
