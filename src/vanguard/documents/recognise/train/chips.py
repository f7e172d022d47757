"""Pictures of single words cut out of generated pages, as the reader of pages would cut them.

It does not know nets. A page holds some three hundred words far apart, each line in a face of its own;
it is drawn, degraded and prepared by what draws, degrades and prepares whole pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vanguard.documents.images.prepare import prepare
from vanguard.documents.images.raster import Grey, Raster, raster
from vanguard.documents.images.sheet import Sheet as Prepared
from vanguard.documents.images.sheet import sheet as prepared_sheet
from vanguard.documents.page import Block, Box, Line, Page, Word
from vanguard.documents.recognise.strips import strip
from vanguard.documents.recognise.train import words as texts
from vanguard.documents.synth.degrade import plan
from vanguard.documents.synth.degrade.apply import degrade
from vanguard.documents.synth.dice import Dice, dice
from vanguard.documents.synth.draw import pdf
from vanguard.documents.synth.draw.raster import render
from vanguard.documents.synth.fonts.face import FaceId
from vanguard.documents.synth.layout.line import Type, set_line, width
from vanguard.documents.synth.layout.order import levels, visual
from vanguard.documents.synth.layout.sheet import Rule, Sheet
from vanguard.documents.synth.pages import style
from vanguard.documents.synth.text.source import Split

_PAPER = (595.0, 842.0)
_MARGIN = 40.0
_DPI = (200, 200, 200, 200, 150, 130, 100, 300)
_SIZES = (9.0, 15.0)
_VARIED = (0.8, 1.35)  # of the page's size, from line to line
_RULED = 0.3
_MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")


@dataclass(frozen=True)
class Chip:
    """A word's strip and what it says, as painted from left to right."""

    strip: Grey
    text: str


def page_of_chips(
    seed: int, faces: Sequence[FaceId], words: list[str], split: Split = "train"
) -> list[Chip]:
    """The chips of one page; the same arguments give the same chips."""
    chance = dice("chips", seed)
    sheet = _set(chance, faces, words)
    dpi = chance.choice(_DPI)
    steps = plan.draw(plan.Asked(mixed=True, strongest=2), dice("chips", seed, "degrade"), split)
    after = degrade(render(pdf.write(sheet), dpi), sheet.page(), steps, dpi, ("chips", seed))
    grey = cv2.cvtColor(after.pixels, cv2.COLOR_RGB2GRAY)
    ready = prepared_sheet(prepare(raster(np.asarray(grey, np.uint8), dpi)).raster)
    return [] if ready is None else list(_cut(chance, ready, after.page))


def painted(word: str) -> str:
    """A word as it is painted in a right-to-left paragraph."""
    known = levels(word)
    letters = [
        letter.translate(_MIRRORED) if level % 2 else letter
        for letter, level in zip(word, known, strict=True)
    ]
    return "".join(visual(letters, known))


def _set(chance: Dice, faces: Sequence[FaceId], words: list[str]) -> Sheet:
    sheet = Sheet(*_PAPER)
    size, y = chance.uniform(*_SIZES), _MARGIN
    ruled = chance.random() < _RULED
    while True:
        bounds = style.Bounds(sizes=(size * _VARIED[0], size * _VARIED[1]))
        kind = style.draw(chance, bounds, faces, _PAPER).body
        y += max(kind.pitch, 1.6 * size) * chance.uniform(1.0, 1.3)
        if y > _PAPER[1] - _MARGIN:
            return sheet
        _row(sheet, chance, kind, words, y)
        if ruled:
            below = y + kind.face.below * kind.size + chance.uniform(1, 4)
            sheet.rules.append(Rule(_MARGIN, below, _PAPER[0] - _MARGIN, below))
            y = below


def _row(sheet: Sheet, chance: Dice, kind: Type, words: list[str], y: float) -> None:
    x = _MARGIN
    while True:
        word = texts.draw(chance, words)
        if not kind.prints(word):
            continue
        wide = width(word, kind)
        if x + wide > _PAPER[0] - _MARGIN:
            return
        line = set_line(sheet, [word], kind, (x, x + wide, y))
        if line.box is not None:
            said = Line((Word(painted(word), line.box),), line.box)
            sheet.blocks.append(Block("paragraph", (said,), line.box))
        x += wide + kind.size * chance.uniform(1.2, 2.5)


def _cut(chance: Dice, page: Prepared, said: Page) -> list[Chip]:
    chips = []
    for block in said.blocks:
        word = block.lines[0].words[0]
        if word.box is None:
            continue
        box = pixels(page.raster, word.box)
        slack = page.height * chance.uniform(0.05, 0.3)
        wider = Box(
            box.left - slack * chance.uniform(0.3, 1),
            box.top - slack,
            box.right + slack * chance.uniform(0.3, 1),
            box.bottom + slack,
        )
        found = strip(page.crop(wider)[0]) if wider.right > 0 and wider.bottom > 0 else None
        if found is not None:
            chips.append(Chip(found, word.text))
    return chips


def pixels(page: Raster, box: Box) -> Box:
    """A box of the page in pixels of its picture."""
    back = np.linalg.inv(page.to_page)
    corners = np.array(
        [[box.left, box.right] * 2, [box.top, box.top, box.bottom, box.bottom], [1.0] * 4]
    )
    xs, ys, _ = back @ corners
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
