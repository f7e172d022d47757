"""An image file as an object of a PDF: JPEG as it is, anything else as deflated pixels.

It does not know pages.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.pdf.file import Objects

# a page of A3 at 600 dpi has 70 million
MAX_PIXELS = 80_000_000
_ORIENTATION = 0x0112
_COLOUR_SPACES = {"1": b"/DeviceGray", "L": b"/DeviceGray", "RGB": b"/DeviceRGB"}


def write_image(objects: Objects, data: bytes, page: int) -> int:
    """Writes the image; returns its number.

    Args:
        objects: where to.
        data: an image file that Pillow reads.
        page: for the message of an error.

    Raises:
        InvalidRequest: when it cannot be read or has more than `MAX_PIXELS` pixels.
    """
    try:
        with warnings.catch_warnings():
            # the bound is ours
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise InvalidRequest(
                        f"the image of page {page} has {image.width} × {image.height} pixels, "
                        f"more than {MAX_PIXELS:,}"
                    )
                return _write(objects, data, image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, UnidentifiedImageError):
            raise InvalidRequest(f"the image of page {page} is no image that is known") from error
        raise InvalidRequest(f"the image of page {page} cannot be read: {error}") from error


def _write(objects: Objects, data: bytes, image: Image.Image) -> int:
    upright = image.getexif().get(_ORIENTATION, 1) == 1
    if image.format == "JPEG" and image.mode in {"L", "RGB"} and upright:
        # loaded all the same: a torn file must fail here, not in a viewer
        image.load()
        return objects.add_stream(data, _entries(image, 8) + b" /Filter /DCTDecode")
    turned = ImageOps.exif_transpose(image)
    if turned.mode not in _COLOUR_SPACES:
        turned = _flat(turned)
    bits = 1 if turned.mode == "1" else 8
    return objects.add_stream(turned.tobytes(), _entries(turned, bits))


def _flat(image: Image.Image) -> Image.Image:
    """In grey or colour, what is transparent on white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        image = paper
    return image.convert("L" if image.mode.startswith(("I", "F", "L")) else "RGB")


def _entries(image: Image.Image, bits: int) -> bytes:
    return (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent %d "
        % (image.width, image.height, _COLOUR_SPACES[image.mode], bits)
    )
