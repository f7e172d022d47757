"""Pages of PDFs as pictures, by PDFium.

It does not know their text. It runs where a hostile file may hang or kill it: in a process of its own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2

from vanguard.core.errors import DocumentTooLarge, DocumentUnreadable
from vanguard.documents.images.raster import Raster, raster
from vanguard.documents.page import POINTS_PER_INCH
from vanguard.documents.reading.limits import ReadingLimits

_LEAST_DOTS_PER_INCH = 40.0  # fewer cannot be read


def draw_page(
    path: Path, number: int, dots_per_inch: float, limits: ReadingLimits, password: str = ""
) -> Raster:
    """One page as it is looked at, its rotation and its forms drawn; coarser where it is very large.

    Pages are numbered from 1; the password is for encrypted files.

    Raises:
        DocumentUnreadable: PDFium cannot open the file or draw the page.
        DocumentTooLarge: even coarse it has too many pixels.
    """
    try:
        with pypdfium2.PdfDocument(path, password or None) as pdf:
            page = pdf[number - 1]
            resolution = _resolution(page.get_size(), dots_per_inch, limits)
            drawn = page.render(scale=resolution / POINTS_PER_INCH, grayscale=True)
            grey = np.array(drawn.to_numpy(), np.uint8)
    except (pypdfium2.PdfiumError, IndexError, ValueError, RuntimeError) as error:
        reason = str(error).rstrip(".")
        raise DocumentUnreadable(f"Page {number} cannot be drawn: {reason}.") from error
    return raster(grey.reshape(grey.shape[:2]), resolution)


def _resolution(size: tuple[float, float], wanted: float, limits: ReadingLimits) -> float:
    inches = max(size[0] * size[1], 1e-6) / POINTS_PER_INCH**2
    resolution = min(wanted, float(np.sqrt(limits.pixels / inches)))
    if resolution < _LEAST_DOTS_PER_INCH:
        raise DocumentTooLarge(
            f"The page is {size[0] / POINTS_PER_INCH:.0f} by {size[1] / POINTS_PER_INCH:.0f} inches large."
        )
    return resolution
