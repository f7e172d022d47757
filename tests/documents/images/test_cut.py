import cv2
import numpy as np

from vanguard.documents.images.cut import cut_out
from vanguard.documents.images.raster import raster
from vanguard.documents.page import Box


def page(wide=400, high=600):
    grey = np.full((high, wide), 255, np.uint8)
    grey[100:120, 200:300] = 0
    return raster(grey, 144)  # two pixels a point


def test_a_part_is_cut_with_paper_around_it():
    part = cut_out(page(), [Box(100, 50, 125, 60), Box(125, 50, 150, 60)], 0.5)
    assert part.shape == (40, 120)
    assert (part == 0).sum() == 20 * 100


def test_a_slanted_page_is_cut_along_its_lines():
    level = page()
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D((200, 300), 4, 1.0)
    slanted = level.moved(level.grey, np.linalg.inv(turn))
    box = slanted.page_box(Box(200, 100, 300, 120))
    words = [slanted.page_box(Box(x, 100, x + 20, 120)) for x in range(200, 300, 20)]
    whole, by_words = cut_out(slanted, [box], 0.5), cut_out(slanted, words, 0.5)
    assert by_words.shape[0] < whole.shape[0]
    assert (by_words == 0).sum() == 20 * 100


def test_what_is_not_on_the_page_cannot_be_cut():
    assert cut_out(page(), [], 0.5) is None
    assert cut_out(page(), [Box(900, 900, 950, 910)], 0.5) is None
