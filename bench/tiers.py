"""Measures tiers on generated pages: how often a block of each tier is wrong, by one reading and by two.

    python -m bench.tiers [--pages 2] [--seed 5] [--split held-out] [--degrade none] [--kinds plain,letter]

A block is wrong when more than one letter in fifty is, by the strict form without tatweel. The second
reading is Tesseract's own once more, line by line and larger: the only one that can be had without a model.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import msgspec
import numpy as np
from rapidfuzz.distance import Levenshtein

from vanguard.documents.engines.tesseract import Tesseract
from vanguard.documents.evaluate.forms.strict import normal
from vanguard.documents.images.cut import cut_out
from vanguard.documents.images.prepare import prepare as prepare_picture
from vanguard.documents.images.raster import Raster, raster
from vanguard.documents.page import Block, Box, Line, Page, Word
from vanguard.documents.reading.picture import read_picture
from vanguard.documents.reading.second.combine import combined
from vanguard.documents.reading.tiers.tier import Thresholds, with_tier
from vanguard.documents.reading.values import Answer
from vanguard.documents.synth.make import MadePage, make_page, prepare
from vanguard.documents.synth.pages.kinds import KINDS
from vanguard.documents.tables.numbers import EngineNumbers

WRONG = 0.02
_TATWEEL = "\u0640"


@dataclass
class Tier:
    """The blocks that got one tier."""

    blocks: int = 0
    wrong: int = 0
    exact: int = 0
    errors: int = 0
    letters: int = 0

    def add(self, text: str, truth: str) -> None:
        """Counts a block."""
        errors = Levenshtein.distance(text, truth)
        self.blocks += 1
        self.wrong += errors > WRONG * len(truth)
        self.exact += errors == 0
        self.errors += errors
        self.letters += len(truth)


@dataclass
class Readers:
    """Engines, loaded once."""

    arabic: Tesseract = field(default_factory=lambda: Tesseract("ara"))
    english: Tesseract = field(default_factory=lambda: Tesseract("eng"))

    def first(self, page: Raster) -> tuple[Block, ...]:
        """The page as it is read."""
        numbers = (EngineNumbers(self.english),)
        return read_picture(page, self.arabic, numbers, self.english).blocks

    def second(self, page: Raster, blocks: Sequence[Block]) -> dict[int, Answer]:
        """Blocks of text read again, by their places."""
        return {
            place: Answer(place, "again", tuple(self._lines(block, page)))
            for place, block in enumerate(blocks)
            if block.lines
        }

    def _lines(self, block: Block, page: Raster) -> Iterator[Line]:
        for line in block.lines:
            boxes = [word.box for word in line.words if word.box is not None]
            part = cut_out(page, boxes, 0.1)
            if part is None:
                continue
            framed = cv2.copyMakeBorder(
                part, *(10,) * 4, borderType=cv2.BORDER_CONSTANT, value=(250,)
            )
            larger = cv2.resize(framed, None, fx=1.4, fy=1.4, interpolation=cv2.INTER_CUBIC)
            found = self.arabic.read(np.ascontiguousarray(larger, np.uint8), "line")
            yield Line(tuple(word for one in found for word in one.words))


def main(arguments: list[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=2, help="of each kind")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--split", default="held_out")
    parser.add_argument("--degrade", default="none", help="as `documents synth` takes it")
    parser.add_argument("--kinds", default="", help="names, comma-separated; else all")
    asked = parser.parse_args(arguments)
    settings = prepare(asked.split.replace("-", "_"), asked.degrade)
    kinds = asked.kinds.split(",") if asked.kinds else list(KINDS)
    tiers: dict[tuple[str, str], Tier] = defaultdict(Tier)
    readers, thresholds = Readers(), Thresholds()
    for kind in kinds:
        for number in range(asked.pages):
            made = make_page(kind, asked.seed * 1000 + number, settings)
            _measure(made, readers, thresholds, tiers)
        print(f"· {kind}", file=sys.stderr, flush=True)
    print(table(tiers))
    return 0


def _measure(
    made: MadePage, readers: Readers, thresholds: Thresholds, tiers: dict[tuple[str, str], Tier]
) -> None:
    page = raster(cv2.cvtColor(made.image, cv2.COLOR_RGB2GRAY), made.dpi)
    level = prepare_picture(page).raster
    blocks = readers.first(page)
    answers = readers.second(level, blocks)
    for place, block in enumerate(blocks):
        truth = _truth(made.document.pages[0], block.box)
        alone = with_tier(block, thresholds)
        if alone.tier is None:
            continue
        tiers["one reading", alone.tier].add(_plain(alone.text), truth)
        answer = answers.get(place)
        both = combined(block, answer, "plausible") if answer is not None else None
        if both is not None:
            # the same engine makes its mistakes with digits twice
            both = msgspec.structs.replace(both, digits_agree=False)
        judged = with_tier(both.block if both else block, thresholds, both)
        tiers["two readings", judged.tier or ""].add(_plain(judged.text), truth)


def _truth(page: Page, box: Box | None) -> str:
    """The words whose middles are in a box, in their true order."""
    return _plain(" ".join(word.text for word in _words(page) if _within(word.box, box)))


def _words(page: Page) -> Iterator[Word]:
    for block in page.blocks:
        for line in block.all_lines:
            yield from line.words


def _within(one: Box | None, box: Box | None) -> bool:
    if one is None or box is None:
        return False
    x, y = (one.left + one.right) / 2, (one.top + one.bottom) / 2
    return box.left - 1 <= x <= box.right + 1 and box.top - 1 <= y <= box.bottom + 1


def _plain(text: str) -> str:
    return normal(text.replace("\n", " ")).replace(_TATWEEL, "").lstrip("-•*").strip()


def table(tiers: dict[tuple[str, str], Tier]) -> str:
    """Markdown: a line for each tier."""
    lines = [
        "| | tier | blocks | wrong | without an error | CER |",
        "|---|---|---|---|---|---|",
    ]
    for way in ("one reading", "two readings"):
        for name in ("accept", "review", "reject"):
            one = tiers[way, name]
            share = [f"{part / max(one.blocks, 1):.2f}" for part in (one.wrong, one.exact)]
            cer = one.errors / max(one.letters, 1)
            lines.append(f"| {way} | {name} | {one.blocks} | {share[0]} | {share[1]} | {cer:.3f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
