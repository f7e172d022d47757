"""Image files as pages: PNG, JPEG, TIFF and WebP, of one frame or several.

It does not know what is on them. Sizes are looked at before anything is unpacked.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from vanguard.core.errors import DocumentTooLarge, DocumentUnreadable
from vanguard.documents.images.raster import Grey, Raster, raster
from vanguard.documents.reading.limits import ReadingLimits

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")
_DOTS_PER_INCH = (50.0, 1_200.0)  # what scanners write; others write 1 or 72 for "unknown"
_UNKNOWN = 72.0
_LONG_SIDE_INCHES = 11.69  # of A4: the page that is assumed where the file does not say
_WHITE = 255


def count_frames(path: Path, limits: ReadingLimits) -> int:
    """How many pages an image file has.

    Raises:
        DocumentUnreadable: it is none of the formats, or is broken.
        DocumentTooLarge: it has too many frames, or too many pixels in its first.
    """
    with _opened(path) as image:
        frames = getattr(image, "n_frames", 1)
        if frames > limits.pages:
            raise DocumentTooLarge(f"The file has {frames:,} pages; {limits.pages:,} are allowed.")
        _check(image, limits)
        return int(frames)


def read_frame(path: Path, number: int, limits: ReadingLimits) -> Raster:
    """One page, upright as its EXIF says, grey, on white where it was see-through.

    Pages are numbered from 1.

    Raises:
        DocumentUnreadable: as `count_frames`; or the frame is cut off.
        DocumentTooLarge: it has too many pixels.
    """
    with _opened(path) as image:
        image.seek(number - 1)
        _check(image, limits)
        resolution = _resolution(image)
        return raster(_grey(image), resolution)


def frame_as_png(path: Path, number: int, limits: ReadingLimits) -> bytes:
    """One page as an image file of its own, for formats that show it."""
    with _opened(path) as image:
        image.seek(number - 1)
        _check(image, limits)
        shown = _on_paper(image)
        if shown.mode not in {"1", "L", "RGB"}:
            shown = shown.convert("RGB")
        out = io.BytesIO()
        shown.save(out, "PNG")
        return out.getvalue()


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own limit: ours is looked at below
            # By its name Pillow maps a plain TIFF into memory, and then takes the sides of one that
            # lies on its side for each other (13.0).
            with path.open("rb") as file, Image.open(file, formats=FORMATS) as image:
                yield image
    except UnidentifiedImageError as error:
        raise DocumentUnreadable(f"The file is no {', '.join(FORMATS)} image.") from error
    except Image.DecompressionBombError as error:
        raise DocumentTooLarge("The image has far more pixels than are allowed.") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        # what Pillow raises for broken files
        reason = str(error).rstrip(".")
        raise DocumentUnreadable(f"The image is broken: {reason}.") from error


def _check(image: Image.Image, limits: ReadingLimits) -> None:
    pixels = image.width * image.height
    if pixels > limits.pixels:
        raise DocumentTooLarge(f"The page has {pixels:,} pixels; {limits.pixels:,} are allowed.")


def _resolution(image: Image.Image) -> float:
    said = image.info.get("dpi", (0,))[0]
    low, high = _DOTS_PER_INCH
    known = float(said) if isinstance(said, int | float) or hasattr(said, "numerator") else 0.0
    if low <= known <= high and abs(known - _UNKNOWN) > 0.5:
        return known
    return max(image.width, image.height) / _LONG_SIDE_INCHES


def _grey(image: Image.Image) -> Grey:
    return np.asarray(_on_paper(image).convert("L"), np.uint8)


def _on_paper(image: Image.Image) -> Image.Image:
    """Upright as its EXIF says, in 8 bits, on white where it is see-through."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in {"I", "F"}:
        return Image.fromarray(_eight_bits(np.asarray(upright).astype(np.float64)))
    if "A" in upright.getbands() or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (_WHITE,) * 4)
        return Image.alpha_composite(paper, layer).convert("RGB")
    return upright


def _eight_bits(deep: NDArray[np.float64]) -> Grey:
    """Greys of any depth: the lightest is white, 0 and less is black."""
    deep = np.nan_to_num(deep, nan=0.0, posinf=0.0, neginf=0.0)
    lightest = float(deep.max(initial=0.0))
    return np.asarray(np.clip(deep / (lightest or 1.0), 0.0, 1.0) * _WHITE, np.uint8)
