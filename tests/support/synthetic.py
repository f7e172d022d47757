"""Small synthetic pages, set in the fonts that lie beside this file, whatever the machine has."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from vanguard.documents.synth.degrade.contract import Transform
from vanguard.documents.synth.dice import dice, noise
from vanguard.documents.synth.fonts.face import Face, open_face
from vanguard.documents.synth.fonts.found import Fonts, find
from vanguard.documents.synth.layout.line import Type
from vanguard.documents.synth.make import MadePage, Settings, make_page
from vanguard.documents.synth.pages.press import Press
from vanguard.documents.synth.pages.style import Bounds, draw
from vanguard.documents.synth.text.source import Texts, load

FONTS = Path(__file__).parent / "fonts"
PAPER = (210.0, 260.0)


@functools.cache
def fonts() -> Fonts:
    """The two faces of the tests."""
    return find((FONTS,))


def naskh() -> Face:
    """Arabic letters alone."""
    return open_face(next(face for face in fonts().faces if "Naskh" in face.name))


def sans() -> Face:
    """Arabic and Latin letters."""
    return open_face(next(face for face in fonts().faces if "Sans" in face.name))


def type_of(size: float = 10.0) -> Type:
    """Naskh, with Latin letters from the sans."""
    return Type(naskh(), sans(), size)


@functools.cache
def texts() -> Texts:
    """The packaged texts."""
    return load()


def settings(**changes: object) -> Settings:
    """Small pages of few dots."""
    known: dict[str, object] = {"dpi": 72, "paper": PAPER, **changes}
    return Settings(fonts().faces, texts(), **known)  # type: ignore[arg-type]


@functools.cache
def page(kind: str, seed: int = 1) -> MadePage:
    """A page, made once in a session."""
    return make_page(kind, seed, settings())


def press(seed: object = 1, bounds: Bounds | None = None) -> Press:
    """A press with small paper."""
    chance = dice("press", seed)
    style = draw(chance, bounds or Bounds(), fonts().faces, PAPER, 0.6)
    return Press(chance, style, texts())


@functools.cache
def picture() -> np.ndarray:
    """Dark bars on white, 96 pixels high and 72 wide: what transforms are tried on. It must not be written to."""
    pixels = np.full((96, 72, 3), 255, np.uint8)
    for row in range(10, 90, 12):
        pixels[row : row + 5, 12:60] = 20
    pixels.flags.writeable = False
    return pixels


def faults(transform: type[Transform]) -> list[str]:
    """What is wrong with a transform: shape, type, strength 0, chance, or its strengths."""
    before, found, changes = picture(), [], []
    if transform(0).apply(before, noise(1), 150) is not before:
        found.append("strength 0 changes something")
    for strength in (1, 2, 3):
        after = transform(strength).apply(before, noise(1, strength), 150)
        if after.shape != before.shape or after.dtype != np.uint8:
            found.append(f"strength {strength} gives {after.shape} {after.dtype}")
            continue
        if not np.array_equal(after, transform(strength).apply(before, noise(1, strength), 150)):
            found.append(f"strength {strength} is not repeatable")
        several = [transform(strength).apply(before, noise(n), 150) for n in range(3)]
        changes.append(sum(np.abs(one.astype(int) - before).mean() for one in several))
    if not 0 < changes[0] < changes[-1]:
        found.append(f"strengths change {changes}")
    return found
