import numpy as np
import pytest

from support.documents.drawing import drawn
from vanguard.documents.images.ink import find_ink, marks_per_letter, writing_height


def test_ink_is_what_is_dark():
    page = drawn()
    ink = find_ink(page)
    assert ink[page < 60].all()
    assert not ink[page > 240].any()


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_page_of_one_colour_has_no_ink(level):
    assert not find_ink(np.full((50, 50), level, np.uint8)).any()


def test_paper_that_is_faintly_stained_has_no_ink():
    page = np.full((100, 100), 245, np.uint8)
    page[20:60, 20:60] = 235
    assert not find_ink(page).any()


def test_the_height_of_writing_grows_with_it():
    small, large = (writing_height(find_ink(drawn(size_px=size))) for size in (16, 48))
    assert small is not None
    assert large is not None
    assert large / small == pytest.approx(3, rel=0.15)


def test_rules_and_frames_are_no_writing():
    page = drawn()
    bare = writing_height(find_ink(page))
    page[5:8, :] = 0
    page[:, 5:8] = 0
    assert writing_height(find_ink(page)) == bare


def test_an_empty_page_has_no_height():
    assert writing_height(np.zeros((30, 30), np.uint8)) is None


@pytest.mark.parametrize("marks", [0, 1, 3])
def test_small_parts_are_counted_for_each_large_one(marks):
    ink = np.zeros((200, 600), np.uint8)
    for letter in range(10):
        left = 20 + 55 * letter
        ink[100:120, left : left + 30] = 255
        for mark in range(marks):
            ink[86:91, left + 10 * mark : left + 10 * mark + 5] = 255
    assert marks_per_letter(ink, 20.0) == marks
