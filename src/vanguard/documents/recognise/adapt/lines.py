"""Lines of generated pages, framed as the reader of pages frames them, and what they say.

It does not know nets. A page has a column of lines, each in a face of its own; it is drawn, degraded, prepared and
cut into lines by what does so with whole pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vanguard.documents.engines.strips import framed, usual_height
from vanguard.documents.images.prepare import prepare
from vanguard.documents.images.raster import Grey, raster
from vanguard.documents.images.sheet import Sheet as Prepared
from vanguard.documents.images.sheet import sheet as prepared_sheet
from vanguard.documents.images.strips import Strip, find_strips
from vanguard.documents.page import Block, Box, Line, Page
from vanguard.documents.recognise.adapt.net import HEIGHT_PX
from vanguard.documents.recognise.adapt.texts import Corpus, Look
from vanguard.documents.recognise.train.chips import pixels
from vanguard.documents.synth.degrade import plan
from vanguard.documents.synth.degrade.apply import degrade
from vanguard.documents.synth.dice import Dice, dice
from vanguard.documents.synth.draw import pdf
from vanguard.documents.synth.draw.raster import render
from vanguard.documents.synth.fonts.face import FaceId
from vanguard.documents.synth.layout.line import Align, Type, set_line, width
from vanguard.documents.synth.layout.order import levels, visual
from vanguard.documents.synth.layout.sheet import Sheet
from vanguard.documents.synth.pages import style

_PAPER = (595.0, 842.0)
_MARGIN = 42.0
_LOOKS: tuple[Look, ...] = ("plain", "vocalised", "tatweel")
_LOOK_SHARES = (68, 18, 14)
_SIZES: dict[Look, tuple[float, float]] = {
    "plain": (8.0, 15.0),
    "vocalised": (12.0, 18.0),
    "tatweel": (9.5, 15.0),
}
_VARIED = (0.85, 1.2)  # of the page's size, from line to line
_FULL = 0.55  # of the lines are as wide as the column
_HEADING = 0.1
# how a page is scanned: dots an inch, what is done to it, smallest size, and how often of a hundred
_MIXED = plan.Asked(mixed=True, strongest=2)
_SKEWED = (("skew", 3), ("uneven_light", 1), ("gaussian_noise", 1), ("jpeg", 1))
_SHADED = (("skew", 1), ("uneven_light", 3), ("gaussian_noise", 1), ("jpeg", 2))
_Scan = tuple[int, plan.Asked, plan.Steps, float]
_SCANS: tuple[tuple[_Scan, int], ...] = (
    ((200, plan.Asked(), (), 0.0), 34),
    ((200, _MIXED, (), 0.0), 16),
    ((300, plan.Asked(), (), 0.0), 6),
    ((150, _MIXED, (), 9.0), 8),
    ((150, plan.Asked(), _SHADED, 9.0), 12),
    ((100, plan.Asked(), _SKEWED, 10.5), 18),
    ((100, _MIXED, (), 10.5), 6),
)
_ROOMS = (1.0, 1.8)
_VOCALISED_ROOMS = (0.85, 1.15)
_SAME = 0.6  # of heights: a strip and a line that are so near at their ends are the same one
_WIDEST_PX = 1_900
_NARROWEST_PX = 24


@dataclass(frozen=True)
class Example:
    """A line's picture, `HEIGHT_PX` high, and its letters from left to right as they are painted."""

    grey: Grey
    text: str


def page_of_lines(seed: int, faces: Sequence[FaceId], texts: Corpus) -> list[Example]:
    """The lines of one page; the same arguments give the same lines."""
    chance = dice("lines", seed)
    (look,) = chance.choices(_LOOKS, _LOOK_SHARES)
    ((dpi, asked, always, smallest),) = chance.choices(
        [scan for scan, _ in _SCANS], [share for _, share in _SCANS]
    )
    low, high = _SIZES[look]
    sheet = _set(chance, faces, texts, look, chance.uniform(max(low, smallest), high))
    steps = plan.draw(asked, dice("lines", seed, "degrade"), "train", always)
    after = degrade(render(pdf.write(sheet), dpi), sheet.page(), steps, dpi, ("lines", seed))
    grey = cv2.cvtColor(after.pixels, cv2.COLOR_RGB2GRAY)
    ready = prepared_sheet(prepare(raster(np.asarray(grey, np.uint8), dpi)).raster)
    if ready is None:
        return []
    return list(
        _cut(chance, ready, after.page, _VOCALISED_ROOMS if look == "vocalised" else _ROOMS)
    )


def painted(text: str) -> str:
    """A line's letters from left to right; brackets stay what they are typed as."""
    return "".join(visual(list(text), levels(text)))


def _set(chance: Dice, faces: Sequence[FaceId], texts: Corpus, look: Look, size: float) -> Sheet:
    sheet = Sheet(*_PAPER)
    y = _MARGIN
    while True:
        bounds = style.Bounds((size * _VARIED[0], size * _VARIED[1]), (1.45, 1.9))
        drawn = style.draw(chance, bounds, faces, _PAPER)
        kind = drawn.heading if chance.random() < _HEADING else drawn.body
        y += max(kind.pitch, 1.3 * size)
        if y > _PAPER[1] - _MARGIN:
            return sheet
        _row(sheet, chance, kind, texts.line(chance, look), y)


def _row(sheet: Sheet, chance: Dice, kind: Type, words: list[str], y: float) -> None:
    right = _PAPER[0] - _MARGIN
    room = right - _MARGIN
    if chance.random() > _FULL:
        room *= chance.uniform(0.25, 1.0)
    shown: list[str] = []
    used = 0.0
    for word in words:
        if not kind.prints(word):
            continue
        wide = width(word, kind) + (kind.space if shown else 0.0)
        if used + wide > room:
            break
        shown.append(word)
        used += wide
    if not shown:
        return
    align: Align = "justify" if len(shown) > 2 and chance.random() < 0.5 else "right"
    line = set_line(sheet, shown, kind, (right - room, right, y), align)
    if line.box is not None:
        sheet.blocks.append(Block("paragraph", (line,), line.box))


def _cut(chance: Dice, page: Prepared, said: Page, rooms: tuple[float, float]) -> Iterator[Example]:
    high, wide = page.grey.shape
    strips = find_strips(page.grey, page.ink, page.height, Box(0.0, 0.0, float(wide), float(high)))
    usual = usual_height([one for one in strips if one.size == 1.0])
    lines = [
        (pixels(page.raster, block.box), block.lines[0])
        for block in said.blocks
        if block.box is not None
    ]
    for strip in strips:
        line = _line_of(strip, lines, page.height)
        if line is None:
            continue
        own = (strip.box.height * (usual * strip.size or strip.box.height)) ** 0.5
        grey = framed(strip, chance.uniform(*rooms) * own, HEIGHT_PX)[0]
        if _NARROWEST_PX <= grey.shape[1] <= _WIDEST_PX:
            yield Example(grey, painted(" ".join(word.text for word in line.words)))


def _line_of(strip: Strip, lines: Sequence[tuple[Box, Line]], height: float) -> Line | None:
    """The line that a strip shows, if it shows one, and all of it."""
    middle = (strip.box.top + strip.box.bottom) / 2
    found = [(box, line) for box, line in lines if box.top <= middle <= box.bottom]
    if len(found) != 1:
        return None
    box, line = found[0]
    far = max(abs(box.left - strip.box.left), abs(box.right - strip.box.right))
    low = max(box.top - strip.box.top, strip.box.bottom - box.bottom)
    return line if far <= _SAME * height + 3 and low <= 1.2 * height else None
