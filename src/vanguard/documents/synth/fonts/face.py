"""One face of a font file: which characters it has, and how a run of text lies in its glyphs.

It does not know lines or pages. Lengths are in em: 1 is the size at which the face is set; y goes up.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import uharfbuzz as hb
from fontTools.pens.boundsPen import BoundsPen

from vanguard.documents.page import Direction

# hb's cluster level that keeps marks apart from their letters, so that each glyph knows its character
_CHARACTERS = 1
# reaches about as far up and down as text does
_REMEMBERED = 8192  # words; each is shaped when its line is broken and again when it is set
_TALL = "لأُكَبْجِّغيًاإِ"


@dataclass(frozen=True)
class FaceId:
    """Where a face is, and what it is called.

    Attributes:
        index: of the face in a collection (.ttc); else 0.
        licence: what the file itself says about its licence, its first line; may be empty.
    """

    path: str
    index: int
    family: str
    style: str
    licence: str = ""

    @property
    def name(self) -> str:
        """Family and style, such as `Amiri Bold`."""
        return f"{self.family} {self.style}".strip()


@dataclass(frozen=True)
class Glyph:
    """One glyph of a run, in visual order.

    Attributes:
        number: in the font.
        text: the characters it stands for; empty when another glyph stands for them.
        advance: how far the pen moves; `dx`, `dy`: where it lies from the pen.
    """

    number: int
    text: str
    advance: float
    dx: float
    dy: float


@dataclass(frozen=True)
class Ink:
    """A rectangle in em around what is printed: x to the right, y up, from the pen's start."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Shaped:
    """A run as glyphs.

    Attributes:
        ink: around all that is printed; None when nothing is, as for a space.
    """

    glyphs: tuple[Glyph, ...]
    advance: float
    ink: Ink | None


class Face:
    """A face that is open for shaping."""

    def __init__(self, face_id: FaceId) -> None:
        self.id = face_id
        self.blob = hb.Blob.from_file_path(face_id.path)
        self.hb_face = hb.Face(self.blob, face_id.index)
        self._font = hb.Font(self.hb_face)
        self._em = float(self.hb_face.upem)
        self._shaped: dict[tuple[str, Direction], Shaped] = {}
        self._outlines: dict[int, tuple[float, float, float, float] | None] = {}
        self.characters = frozenset(self.hb_face.unicodes)
        extents = self._font.get_font_extents("ltr")
        self.ascender = extents.ascender / self._em
        self.descender = -extents.descender / self._em
        self.space = self.shape(" ", "ltr").advance or 0.25
        alef, tall = self.shape("ا", "rtl").ink, self.shape(_TALL, "rtl").ink
        # faces of one size look very unlike in size: the alef says how large one looks
        self.alef = alef.top if alef else self.ascender
        self.above = tall.top if tall else self.ascender
        self.below = -tall.bottom if tall else self.descender

    def covers(self, text: str) -> bool:
        """Whether it has a glyph for each character but the space."""
        return all(character == " " or ord(character) in self.characters for character in text)

    def nominal_advance(self, glyph: int) -> float:
        """The advance that the font itself gives a glyph."""
        return float(self._font.get_glyph_h_advance(glyph)) / self._em

    def shape(self, text: str, direction: Direction) -> Shaped:
        """Text of one direction as glyphs, in visual order."""
        known = self._shaped.get((text, direction))
        if known is None:
            if len(self._shaped) >= _REMEMBERED:
                self._shaped.clear()
            known = self._shaped[text, direction] = self._shape(text, direction)
        return known

    def _shape(self, text: str, direction: Direction) -> Shaped:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = direction
        if direction == "rtl":
            buffer.script, buffer.language = "Arab", "ar"
        buffer.cluster_level = _CHARACTERS
        hb.shape(self._font, buffer)
        return self._measured(buffer, _texts(text, buffer))

    def _measured(self, buffer: hb.Buffer, texts: list[str]) -> Shaped:
        glyphs, pen = [], 0.0
        sides: list[Ink] = []
        for info, position, text in zip(
            buffer.glyph_infos, buffer.glyph_positions, texts, strict=True
        ):
            glyph = Glyph(
                info.codepoint,
                text,
                position.x_advance / self._em,
                position.x_offset / self._em,
                position.y_offset / self._em,
            )
            glyphs.append(glyph)
            ink = self._ink(glyph, pen)
            if ink is not None:
                sides.append(ink)
            pen += glyph.advance
        around = (
            Ink(
                min(ink.left for ink in sides),
                min(ink.bottom for ink in sides),
                max(ink.right for ink in sides),
                max(ink.top for ink in sides),
            )
            if sides
            else None
        )
        return Shaped(tuple(glyphs), pen, around)

    def _ink(self, glyph: Glyph, pen: float) -> Ink | None:
        bounds = self._bounds(glyph.number)
        if bounds is None:
            return None
        left, bottom, right, top = bounds
        x = pen + glyph.dx
        return Ink(x + left, glyph.dy + bottom, x + right, glyph.dy + top)

    def _bounds(self, number: int) -> tuple[float, float, float, float] | None:
        """Around a glyph's outline. It is drawn, for what old files say of their glyphs is wrong."""
        if number not in self._outlines:
            drawn = BoundsPen(None)
            self._font.draw_glyph_with_pen(number, drawn)
            sides = drawn.bounds
            self._outlines[number] = None if sides is None else _sides(sides, self._em)
        return self._outlines[number]


def _sides(
    sides: tuple[float, float, float, float], em: float
) -> tuple[float, float, float, float] | None:
    left, bottom, right, top = (side / em for side in sides)
    return (left, bottom, right, top) if right > left and top > bottom else None


def _texts(text: str, buffer: hb.Buffer) -> list[str]:
    """The characters that each glyph stands for.

    Of several glyphs of one cluster the widest has them: it is the letter, the others are its dots.
    """
    clusters = [info.cluster for info in buffer.glyph_infos]
    advances = [abs(position.x_advance) for position in buffer.glyph_positions]
    starts = sorted({*clusters, len(text)})
    ends = dict(itertools.pairwise(starts))
    owner: dict[int, int] = {}
    for place, cluster in enumerate(clusters):
        if cluster not in owner or advances[place] > advances[owner[cluster]]:
            owner[cluster] = place
    return [
        text[cluster : ends[cluster]] if owner[cluster] == place else ""
        for place, cluster in enumerate(clusters)
    ]


@functools.lru_cache(maxsize=256)
def open_face(face_id: FaceId) -> Face:
    """The face, opened once in this process as long as it is among the last 256."""
    return Face(face_id)
