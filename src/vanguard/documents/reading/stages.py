"""The stages of reading: a file into pages, a page into blocks.

They do not know each other, nor how many files there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from vanguard.documents.engines.contract import Engine
from vanguard.documents.images.raster import Raster
from vanguard.documents.layers.choice import Choice
from vanguard.documents.layers.read import glance, read_layer
from vanguard.documents.page import POINTS_PER_INCH, Block, Original
from vanguard.documents.reading.arbiter import decide
from vanguard.documents.reading.files import count_pages, kind_of, layers_of, picture_of
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.picture import Picture, read_picture
from vanguard.documents.reading.values import PageOfFile, PageRead, SourceFile
from vanguard.documents.tables.numbers import EngineNumbers, NumberReader
from vanguard.flow.ports import Blobs
from vanguard.flow.stage import Made

_ARABIC_DATA = frozenset({"ara", "fas", "urd", "script/Arabic"})


@dataclass(frozen=True)
class OpenFile:
    """A file's pages."""

    password: str = ""
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    name: ClassVar[str] = "documents.open_file"
    version: ClassVar[int] = 1
    takes: ClassVar[type[SourceFile]] = SourceFile
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[SourceFile], blobs: Blobs) -> Iterable[Made]:
        """A value for each page.

        Raises:
            DocumentUnreadable, DocumentLocked, DocumentTooLarge: there is none to be had.
        """
        (source,) = values
        path = blobs.path(source.sha256)
        kind = kind_of(path)
        for number in range(1, count_pages(path, self.password, self.limits) + 1):
            yield Made(PageOfFile(source.sha256, kind, number), f"#{number}")


@dataclass(frozen=True)
class ReadPage:
    """What is written on a page.

    Attributes:
        languages: of Tesseract's data, joined by "+", the main one first.
        tessdata: the folder of its data; the packaged one by default.
        text_layers: PDFs' own text is looked at; else their picture alone.
        dots_per_inch: at which pages of PDFs are drawn.
    """

    languages: str = "ara"
    tessdata: str = ""
    text_layers: bool = True
    dots_per_inch: float = 200.0
    password: str = ""
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    name: ClassVar[str] = "documents.read_page"
    version: ClassVar[int] = 5
    takes: ClassVar[type[PageOfFile]] = PageOfFile
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[PageOfFile], blobs: Blobs) -> Iterable[Made]:
        """One `PageRead`, its blocks without tiers.

        Raises:
            DocumentUnreadable, DocumentTooLarge: neither its text nor its picture can be had.
            SettingsError: there is no data for a language.
        """
        (page,) = values
        path = blobs.path(page.sha256)
        engine = _with_numbers(_engine(self.languages, self.tessdata))
        drawn: Raster | None = None
        layer: Choice | None = None
        if page.kind == "pdf":
            layers = layers_of(path, self.password, self.limits)
            glanced = glance(layers, page.number - 1)
            width, height = glanced.width, glanced.height
            if self.text_layers:
                layer = read_layer(layers, page.number - 1, seen=glanced)
        else:
            drawn = self._drawn(page, path)
            height, width = (
                POINTS_PER_INCH / drawn.dots_per_inch * side for side in drawn.grey.shape
            )

        seen: list[Picture] = []

        def picture() -> Picture:
            raster = drawn or self._drawn(page, path)
            seen.append(read_picture(raster, engine, _numbers(self.tessdata), self._latin()))
            return seen[-1]

        blocks = decide(layer, picture)
        by_layer = layer is not None and bool(layer.lines) and layer.trusted
        original = _original(blocks, seen)
        if original is not None:
            width, height = seen[-1].size
        size = (round(width, 2), round(height, 2))
        yield Made(
            PageRead(page.number, *size, blocks, original=original, source=page, by_layer=by_layer)
        )

    def _latin(self) -> Engine | None:
        """The data for English, where the main ones are not Latin themselves."""
        arabic = self.languages.split("+")[0] in _ARABIC_DATA
        return _engine("eng", self.tessdata) if arabic else None

    def _drawn(self, page: PageOfFile, path: Path) -> Raster:
        return picture_of(
            path, page.kind, page.number, self.dots_per_inch, self.limits, self.password
        )


def _original(blocks: Sequence[Block], seen: Sequence[Picture]) -> Original | None:
    """Where the page lay, if it is the picture's blocks that were taken: layers' stand on the page as it is."""
    if not blocks or not seen or seen[-1].original is None:
        return None
    # a picture that was turned or flattened says so among its steps
    by_picture = any(reason.code == "picture" for reason in blocks[0].reasons)
    return seen[-1].original if by_picture else None


@lru_cache(maxsize=2)
def _engine(languages: str, tessdata: str) -> Engine:
    from vanguard.documents.engines.tesseract import Tesseract  # noqa: PLC0415 - where it is used

    return Tesseract(languages, Path(tessdata) if tessdata else None)


@lru_cache(maxsize=2)
def _numbers(tessdata: str) -> tuple[NumberReader, ...]:
    """The own reader, and for Latin digits the data for English, which read them far better."""
    from vanguard.documents.recognise.numbers import OwnNumbers  # noqa: PLC0415 - where it is used

    return (EngineNumbers(_engine("eng", tessdata)), OwnNumbers())


def _with_numbers(engine: Engine) -> Engine:
    """The engine, whose words are looked at again where they may be numbers."""
    from vanguard.documents.recognise.numbers import OwnNumbers  # noqa: PLC0415 - where it is used
    from vanguard.documents.recognise.words import WithNumbers  # noqa: PLC0415 - where it is used

    return WithNumbers(engine, OwnNumbers())
