"""Images of pages, and their files."""

import io

import numpy as np
import pytest
from PIL import Image

from support.synthetic import page, picture
from vanguard.documents.synth.draw.raster import encode, render


def test_the_image_has_the_size_of_the_paper():
    made = page("letter")
    assert render(made.pdf, 72).shape == (260, 210, 3)
    assert render(made.pdf, 144).shape == (520, 420, 3)


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_files_tell_their_resolution_and_grey_pages_are_grey(form):
    image = Image.open(io.BytesIO(encode(picture(), 150, form)))
    assert image.mode == "L"
    assert round(image.info["dpi"][0]) == 150
    red = np.array(picture())
    red[0, 0] = (255, 0, 0)
    assert Image.open(io.BytesIO(encode(red, 150, form))).mode == "RGB"


def test_png_keeps_each_pixel():
    image = Image.open(io.BytesIO(encode(picture(), 150, "png")))
    assert np.array_equal(np.asarray(image), picture()[..., 0])
