"""The stage that has the same engine read text again, line by line and larger: whether it says the same tells a lot.

It does not know whose reading will be taken. It sees the same ink with the same eyes: what both get wrong alike
stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import cv2
import msgspec
import numpy as np

from vanguard.documents.engines.contract import Engine
from vanguard.documents.images.cut import cut_out
from vanguard.documents.images.prepare import prepare
from vanguard.documents.images.raster import Grey, Raster
from vanguard.documents.page import Block, Line
from vanguard.documents.reading.files import picture_of
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.values import Answer, PageRead
from vanguard.flow.ports import Blobs
from vanguard.flow.stage import Made

_MARGIN = 0.1  # heights of a word
_LARGER = 1.4
_FRAME_PX, _PAPER = 10, 250


@dataclass(frozen=True)
class ReadAgain:
    """A second reading of what was read from a picture, tables apart, whose numbers are read twice anyway.

    Attributes:
        languages, tessdata: as of `ReadPage`.
    """

    languages: str = "ara"
    tessdata: str = ""
    dots_per_inch: float = 200.0
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    name: ClassVar[str] = "documents.read_again"
    version: ClassVar[int] = 1
    takes: ClassVar[type[PageRead]] = PageRead
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[PageRead], blobs: Blobs) -> Iterable[Made]:
        """The same `PageRead` with the second readings as answers.

        Raises:
            DocumentUnreadable, DocumentTooLarge: its picture cannot be had.
            SettingsError: there is no data for a language.
        """
        (page,) = values
        if page.by_layer or page.source is None or not any(block.lines for block in page.blocks):
            yield Made(page)
            return
        source = page.source
        path = blobs.path(source.sha256)
        drawn = picture_of(path, source.kind, source.number, self.dots_per_inch, self.limits)
        engine = _engine(self.languages, self.tessdata)
        answers = read_again(page.blocks, prepare(drawn).raster, engine)
        yield Made(msgspec.structs.replace(page, answers=answers))


def read_again(blocks: Sequence[Block], page: Raster, engine: Engine) -> tuple[Answer, ...]:
    """A second reading of each block that has lines.

    Args:
        blocks: of the page, boxes in its points.
        page: prepared as for the first reading.
        engine: the one that read them first.
    """
    return tuple(
        Answer(place, f"{engine.name} again", _lines(block, page, engine), independent=False)
        for place, block in enumerate(blocks)
        if block.lines
    )


def _lines(block: Block, page: Raster, engine: Engine) -> tuple[Line, ...]:
    found = []
    for line in block.lines:
        boxes = [word.box for word in line.words if word.box is not None]
        part = cut_out(page, boxes, _MARGIN)
        if part is None:
            continue
        words = [word for one in engine.read(_larger(part), "line") for word in one.words]
        bare = tuple(msgspec.structs.replace(word, box=None) for word in words)
        found.append(Line(bare, None, line.direction))
    return tuple(found)


def _larger(part: Grey) -> Grey:
    framed = cv2.copyMakeBorder(
        part, *(_FRAME_PX,) * 4, borderType=cv2.BORDER_CONSTANT, value=(_PAPER,)
    )
    larger = cv2.resize(framed, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(larger, np.uint8)


@lru_cache(maxsize=1)
def _engine(languages: str, tessdata: str) -> Engine:
    from vanguard.documents.engines.tesseract import Tesseract  # noqa: PLC0415 - where it is used

    return Tesseract(languages, Path(tessdata) if tessdata else None)
