"""Makes one page: its PDF, its image and what it says, from a kind and a seed alone.

It does not know files or data sets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vanguard.core.errors import SettingsError
from vanguard.documents.page import Document, Page
from vanguard.documents.synth.boxes import rounded
from vanguard.documents.synth.degrade import plan
from vanguard.documents.synth.degrade.apply import degrade
from vanguard.documents.synth.dice import dice
from vanguard.documents.synth.draw import pdf
from vanguard.documents.synth.draw.raster import Pixels, render
from vanguard.documents.synth.fonts import found
from vanguard.documents.synth.fonts.face import FaceId
from vanguard.documents.synth.pages import style
from vanguard.documents.synth.pages.kinds import KINDS, Kind
from vanguard.documents.synth.pages.press import Press
from vanguard.documents.synth.text.source import SPLITS, Split, Texts, load

DPI = 200
LOWEST_DPI, HIGHEST_DPI = 50, 600
# a page that a benchmark has is made anew with other dice, this often
_TRIES = 20


@dataclass(frozen=True)
class Settings:
    """What all pages of a run share.

    Attributes:
        dpi: of images, unless the kind has its own.
        paper: width and height in points; None lets chance choose.
        refuse: says of a page's text whether it must not be made.
    """

    faces: tuple[FaceId, ...]
    texts: Texts
    degrade: plan.Asked = field(default_factory=plan.Asked)
    split: Split = "all"
    dpi: int = DPI
    paper: tuple[float, float] | None = None
    refuse: Callable[[str], bool] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class MadePage:
    """A page and all that is known of it.

    Attributes:
        image: height × width × 3, at `dpi`.
        pdf: as it was before it was degraded.
        document: what the image says, with boxes on the image.
        clean: what the PDF says, with boxes on the PDF; the same object where nothing moved.
        sources: text, section and licence of all that it says.
        steps: the transforms that were applied, with their strengths.
        refused: how many tries were given up because a benchmark has their text.
    """

    kind: str
    seed: int
    image: Pixels
    dpi: int
    pdf: bytes
    document: Document
    clean: Document
    font: FaceId
    sources: tuple[tuple[str, str, str], ...]
    steps: plan.Steps
    refused: int


def prepare(split: Split = "all", degrade: str = "none", dpi: int = DPI) -> Settings:
    """Settings with the fonts of this machine and the packaged texts, of a split.

    `degrade` is as `vanguard documents synth --degrade` takes it.

    Raises:
        SettingsError: there is no such split.
    """
    if split not in SPLITS:
        raise SettingsError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    faces, texts = found.find().of(split), load().of(split)
    return Settings(faces, texts, plan.parse(degrade), split, dpi)


def make_page(kind: str, seed: int, settings: Settings | None = None) -> MadePage:
    """One page of a kind; the same seed and settings give the same page.

    Raises:
        SettingsError: no such kind, no face, no text, or each try was refused.
    """
    if kind not in KINDS:
        raise SettingsError(f"no kind of page {kind!r}; known are {', '.join(KINDS)}")
    if settings is None:
        settings = prepare()
    _check(settings)
    for attempt in range(_TRIES):
        key = (kind, seed, attempt)
        press = _set(KINDS[kind], settings, key)
        page = rounded(press.sheet.page())
        if settings.refuse is None or not settings.refuse(page.text):
            return _finished(press, page, settings, key)
    raise SettingsError(
        f"page {seed} of kind {kind}: all {_TRIES} tries have text of a benchmark; "
        "give more texts with --text or leave the kind out"
    )


def _check(settings: Settings) -> None:
    if not LOWEST_DPI <= settings.dpi <= HIGHEST_DPI:
        raise SettingsError(f"dpi {settings.dpi} is not within {LOWEST_DPI} and {HIGHEST_DPI}")
    if not settings.faces:
        raise SettingsError(f"no font for this split: {found.advice(0)}")


def _set(kind: Kind, settings: Settings, key: tuple[str, int, int]) -> Press:
    chance = dice(*key)
    scale = 1.0 if settings.paper is None else min(1.0, settings.paper[0] / style.PAPERS[0][0])
    look = style.draw(chance, kind.bounds, settings.faces, settings.paper, max(scale, 0.6))
    press = Press(chance, look, settings.texts)
    kind.build(press)
    if not press.sheet.blocks:
        raise SettingsError(
            f"a page of {look.paper[0]} × {look.paper[1]} points has no room for text"
        )
    return press


def _finished(press: Press, page: Page, settings: Settings, key: tuple[str, int, int]) -> MadePage:
    kind = KINDS[key[0]]
    dpi = kind.dpi or settings.dpi
    data = pdf.write(press.sheet)
    steps = plan.draw(settings.degrade, dice("degrade", *key), settings.split, kind.scanned)
    after = degrade(render(data, dpi), page, steps, dpi, key)
    clean = Document((page,))
    return MadePage(
        kind=kind.name,
        seed=key[1],
        image=after.pixels,
        dpi=dpi,
        pdf=data,
        document=Document((rounded(after.page),)) if after.moved else clean,
        clean=clean,
        font=press.style.body.face.id,
        sources=tuple(sorted(press.used)),
        steps=after.steps,
        refused=key[2],
    )
