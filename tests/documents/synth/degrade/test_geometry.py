"""What moves: each transform as any other, and ink stays within boxes that were moved likewise."""

import numpy as np
import pytest

from support.synthetic import faults
from vanguard.documents.synth.degrade import geometry
from vanguard.documents.synth.dice import noise


@pytest.mark.parametrize("transform", geometry.ALL, ids=lambda transform: transform.name)
def test_transform(transform):
    assert faults(transform) == []


@pytest.mark.parametrize("strength", [1, 3])
@pytest.mark.parametrize("transform", geometry.ALL, ids=lambda transform: transform.name)
def test_points_go_where_pixels_go(transform, strength):
    places = [(60, 40), (100, 180), (150, 90), (40, 220)]  # x, y
    mapping = transform(strength).mapping((260, 200), noise("points", strength))
    for x, y in places:
        pixels = np.full((260, 200, 3), 255, np.uint8)
        pixels[y - 2 : y + 3, x - 2 : x + 3] = 0
        rows, columns = np.nonzero(mapping.warp(pixels)[..., 0] < 128)
        found = np.array([columns.mean(), rows.mean()])
        expected = mapping.forward(np.array([[x, y]], np.float32))[0]
        assert np.abs(found - expected).max() < 0.75, transform.name
