import cv2
import numpy as np
import pytest

from support.documents.drawing import LINES, drawn
from vanguard.documents.images.ink import find_ink, writing_height
from vanguard.documents.images.prepare import VOCALISED_PX, WRITING_PX, at_height, prepare
from vanguard.documents.images.raster import raster

PAGE = drawn(LINES * 4, size_px=40, wide=1000)


def test_writing_comes_out_at_the_height_that_is_read_best():
    prepared = prepare(raster(PAGE, 300))
    assert writing_height(find_ink(prepared.raster.grey)) == pytest.approx(WRITING_PX, rel=0.15)
    assert [step.split()[0] for step in prepared.steps] == ["scaled"]


def test_a_page_that_is_as_it_should_be_is_not_touched():
    once = prepare(raster(PAGE, 300)).raster
    again = prepare(once)
    assert again.raster is once
    assert again.steps == ()


def test_a_bad_scan_goes_through_all_steps_and_places_are_kept():
    height, width = PAGE.shape
    page = cv2.warpAffine(
        PAGE,
        cv2.getRotationMatrix2D((width / 2, height / 2), -3, 1),
        (width, height),
        borderValue=250,
    )
    light = np.linspace(1, 0.5, width)[None, :]
    noise = np.random.default_rng(3).normal(0, 9, page.shape)
    page = np.clip(page * light - 5 + noise, 0, 255).astype(np.uint8)
    prepared = prepare(raster(page, 300))
    assert [step.split()[0] for step in prepared.steps] == ["light", "grain", "turned", "scaled"]
    corner = prepared.raster.to_page @ np.array(
        [prepared.raster.grey.shape[1] / 2, prepared.raster.grey.shape[0] / 2, 1]
    )
    assert corner[:2] == pytest.approx([width / 2 * 72 / 300, height / 2 * 72 / 300], abs=1)


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_blank_page_is_called_blank(level):
    assert prepare(raster(np.full((300, 200), level, np.uint8), 100)).blank


def test_no_image_grows_without_end():
    wide = raster(np.full((100, 5_900), 255, np.uint8), 100)
    assert at_height(wide, 1.0, WRITING_PX)[0].grey.shape[1] <= 6_000
    assert at_height(wide, None, WRITING_PX)[0] is wide


def test_vocalised_writing_is_kept_larger():
    page = np.full((600, 900), 250, np.uint8)
    for line in range(6):
        for letter in range(14):
            left, top = 40 + 58 * letter, 60 + 85 * line
            page[top : top + 40, left : left + 40] = 20
            for mark in range(2):
                page[top - 20 : top - 12, left + 4 + 18 * mark : left + 12 + 18 * mark] = 20
    prepared = prepare(raster(page, 300))
    assert "vocalised" in prepared.steps
    height = writing_height(find_ink(prepared.raster.grey))
    assert height == pytest.approx(VOCALISED_PX, rel=0.15)
