"""Reads printed pages as a user's would be: by their text layer, drawn, and made like a photo.

It does not know which program printed them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from vanguard.documents.formats.markdown import to_markdown
from vanguard.documents.page import Document, Page
from vanguard.documents.reading.stages import ReadPage
from vanguard.documents.reading.values import PageOfFile
from vanguard.documents.synth.degrade.apply import degrade
from vanguard.documents.synth.degrade.plan import Steps
from vanguard.store.flow.blobs import FolderBlobs

PHOTO_DPI = 200
PHOTO: Steps = (
    ("skew", 2), ("uneven_light", 2), ("defocus", 1), ("gaussian_noise", 1), ("jpeg", 2),
)  # fmt: skip


def layer(pdf: Path, blobs: FolderBlobs) -> Document:
    """What the text layer of each page says, or its picture where that is not trusted."""
    return _read(pdf, "pdf", len(pypdfium2.PdfDocument(pdf)), blobs)


def picture(image: Path, blobs: FolderBlobs) -> Document:
    """What a picture says."""
    return _read(image, "image", 1, blobs)


def _read(path: Path, kind: str, pages: int, blobs: FolderBlobs) -> Document:
    stage, sha256 = ReadPage(), blobs.link(path).sha256
    found = []
    for number in range(1, pages + 1):
        (made,) = stage.process([PageOfFile(sha256, kind, number)], blobs)  # type: ignore[arg-type]
        assert isinstance(made.value, Page)
        found.append(made.value)
    return Document(tuple(found), path.name)


def draw(pdf: Path, target: Path, dpi: int, *, photo: bool = False, page: int = 0) -> None:
    """A page as a picture; as a photo it is turned, shaded, blurred, grainy and packed."""
    pixels = np.array(
        pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil().convert("RGB")
    )
    if photo:
        blank = Page(1, pixels.shape[1] * 72 / dpi, pixels.shape[0] * 72 / dpi)
        pixels = degrade(pixels, blank, PHOTO, dpi, "photo").pixels
    Image.fromarray(pixels).save(target, dpi=(dpi, dpi))


def kept(document: Document, target: Path) -> None:
    """Writes what was read as Markdown."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(to_markdown(document), "utf-8")
