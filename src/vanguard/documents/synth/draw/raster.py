"""A page of a PDF as an array of pixels, and pixels as files.

It does not know how the PDF was made.
"""

from __future__ import annotations

import io
from typing import Literal

import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image

from vanguard.documents.page import POINTS_PER_INCH

Pixels = npt.NDArray[np.uint8]
ImageFormat = Literal["png", "jpeg"]
_JPEG_QUALITY = 92


def render(pdf: bytes, dpi: int) -> Pixels:
    """The first page: height × width × 3, red, green, blue, 0 to 255."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        bitmap = page.render(scale=dpi / POINTS_PER_INCH, rev_byteorder=True)
        pixels: Pixels = np.array(bitmap.to_numpy()[:, :, :3])
        bitmap.close()
        page.close()
        return pixels
    finally:
        document.close()


def encode(pixels: Pixels, dpi: int, form: ImageFormat) -> bytes:
    """The pixels as a file that says its resolution; without colour if there is none."""
    grey = bool(
        np.array_equal(pixels[..., 0], pixels[..., 1])
        and np.array_equal(pixels[..., 1], pixels[..., 2])
    )
    image = Image.fromarray(pixels[..., 0] if grey else pixels)
    target = io.BytesIO()
    if form == "png":
        image.save(target, "PNG", dpi=(dpi, dpi), compress_level=4)
    else:
        image.save(target, "JPEG", dpi=(dpi, dpi), quality=_JPEG_QUALITY)
    return target.getvalue()
