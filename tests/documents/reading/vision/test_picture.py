import base64

import cv2
import numpy as np
import pytest

from vanguard.documents.images.raster import raster
from vanguard.documents.page import Box
from vanguard.documents.reading.vision.picture import as_uri, cut_out


def page(wide=400, high=600):
    grey = np.full((high, wide), 255, np.uint8)
    grey[100:120, 200:300] = 0
    return raster(grey, 144)  # two pixels a point


def decoded(uri):
    head, _, data = uri.partition(",")
    grey = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_GRAYSCALE)
    return head, grey


def test_a_part_is_cut_with_paper_around_it():
    part = cut_out(page(), [Box(100, 50, 125, 60), Box(125, 50, 150, 60)])
    assert part.shape == (40, 120)
    assert (part == 0).sum() == 20 * 100


def test_a_slanted_page_is_cut_along_its_lines():
    level = page()
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D((200, 300), 4, 1.0)
    slanted = level.moved(level.grey, np.linalg.inv(turn))
    box = slanted.page_box(Box(200, 100, 300, 120))
    words = [slanted.page_box(Box(x, 100, x + 20, 120)) for x in range(200, 300, 20)]
    whole, by_words = cut_out(slanted, [box]), cut_out(slanted, words)
    assert by_words.shape[0] < whole.shape[0]
    assert (by_words == 0).sum() == 20 * 100


def test_what_is_not_on_the_page_cannot_be_cut():
    assert cut_out(page(), [Box(900, 900, 950, 910)]) is None


def test_a_picture_is_no_larger_than_asked_and_not_too_small():
    _, large = decoded(as_uri(np.zeros((1000, 2000), np.uint8), 50_000))
    assert large.size <= 50_000
    assert large.shape[1] / large.shape[0] == pytest.approx(2, rel=0.02)
    _, small = decoded(as_uri(np.zeros((10, 20), np.uint8), 50_000))
    assert small.shape == (56, 56)
    assert (small == 0).sum() == 200


def test_the_encoding_is_the_one_that_is_small():
    plain = np.full((300, 300), 255, np.uint8)
    grain = np.random.default_rng(1).normal(128, 40, (300, 300)).clip(0, 255).astype(np.uint8)
    assert as_uri(plain, 10**6).startswith("data:image/png;base64,")
    assert as_uri(grain, 10**6).startswith("data:image/jpeg;base64,")
