"""Strengths, and the small arithmetic of pixels."""

import numpy as np
import pytest

from vanguard.documents.synth.degrade.contract import blend, field, shaded, stain, to_pixels
from vanguard.documents.synth.degrade.digital import Jpeg
from vanguard.documents.synth.dice import noise


@pytest.mark.parametrize("strength", [-1, 4])
def test_a_strength_out_of_bounds_is_refused(strength):
    with pytest.raises(ValueError, match="jpeg: strength"):
        Jpeg(strength)


def test_pick_gives_the_value_of_the_strength():
    assert [Jpeg(strength).pick(1, 2, 3) for strength in (1, 2, 3)] == [1, 2, 3]


def test_pixels_are_cut_at_both_ends():
    assert to_pixels(np.array([-4.0, 99.6, 300.0])).tolist() == [0, 100, 255]


def test_blend_shade_and_stain():
    white, grey = np.full((2, 2, 3), 200, np.uint8), np.full((2, 2, 3), 100, np.uint8)
    assert (blend(white, grey, 0.5) == 150).all()
    assert (shaded(white, np.full((2, 2), 0.5, np.float32)) == 100).all()
    assert (stain(white, np.full((2, 2, 3), 255, np.uint8)) == white).all()


def test_a_field_is_smooth_and_within_bounds():
    values = field(noise(1), (80, 60), 4)
    assert values.shape == (80, 60)
    assert values.min() >= 0
    assert values.max() <= 1
    assert np.abs(np.diff(values, axis=0)).max() < 0.2
