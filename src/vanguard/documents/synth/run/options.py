"""What a run is asked for, and the line that a page gets in the manifest.

It does not know how pages are made.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.degrade import plan
from vanguard.documents.synth.dice import number
from vanguard.documents.synth.draw.raster import ImageFormat
from vanguard.documents.synth.make import DPI, HIGHEST_DPI, LOWEST_DPI
from vanguard.documents.synth.pages.kinds import KINDS
from vanguard.documents.synth.text.source import SPLITS, Split

Format = Literal["folder", "webdataset", "parquet", "chat", "facts"]
FORMATS: tuple[Format, ...] = get_args(Format)
MOST_PAGES = 5_000_000


class Options(msgspec.Struct, frozen=True):
    """What decides each byte of a run; stored beside it, so that a run can go on.

    Attributes:
        kinds: of pages, in turn.
        fonts, text, avoid: folders; none means those of the machine, the packaged, nothing.
        paper: width and height in points; none lets chance choose.
    """

    pages: int
    seed: int = 0
    kinds: tuple[str, ...] = tuple(KINDS)
    degrade: str = "mixed"
    format: Format = "folder"
    split: Split = "all"
    dpi: int = DPI
    image: ImageFormat = "png"
    fonts: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    paper: tuple[float, float] | None = None

    def kind_of(self, page: int) -> str:
        """The kind of a page, counted from 0."""
        return self.kinds[page % len(self.kinds)]

    def seed_of(self, page: int) -> int:
        """The seed of a page: far from those of the pages beside it, and of other runs."""
        # 53 bits: readers of JSON that know floats alone keep each digit
        return number("page", self.seed, page) >> 11


def check(options: Options) -> None:
    """Raises SettingsError when an option is out of its bounds."""
    if not 1 <= options.pages <= MOST_PAGES:
        raise SettingsError(f"pages: {options.pages} is not within 1 and {MOST_PAGES}")
    if not LOWEST_DPI <= options.dpi <= HIGHEST_DPI:
        raise SettingsError(f"dpi: {options.dpi} is not within {LOWEST_DPI} and {HIGHEST_DPI}")
    for kind in options.kinds:
        if kind not in KINDS:
            raise SettingsError(f"kinds: no kind of page {kind!r}; known are {', '.join(KINDS)}")
    if not options.kinds:
        raise SettingsError(f"kinds: none given; known are {', '.join(KINDS)}")
    if options.split not in SPLITS:
        raise SettingsError(f"split: {options.split!r} is none of {', '.join(SPLITS)}")
    plan.parse(options.degrade)


class Font(msgspec.Struct, frozen=True):
    """The face of a page's body, as the font file names itself and its licence."""

    name: str
    file: str
    licence: str


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text that a page is made of."""

    text: str
    licence: str
    section: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the manifest.

    Attributes:
        page: counted from 0; `key` is the name that its files begin with.
        seed: `make_page(kind, seed)` makes it anew.
        files: name and SHA-256 of each, by what it holds.
        transforms: with their strengths, in the order in which they were applied.
        refused: how many tries were given up because a benchmark has their text.
    """

    page: int
    key: str
    kind: str
    seed: int
    dpi: int
    width_px: int
    height_px: int
    font: Font
    sources: tuple[Source, ...]
    transforms: tuple[tuple[str, int], ...]
    split: Split
    files: dict[str, tuple[str, str]]
    refused: int = 0
