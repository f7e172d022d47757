"""How one page looks: paper, margins, faces, sizes, digits; drawn by chance within a kind's bounds.

It does not know what the page says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vanguard.documents.synth.dice import Dice
from vanguard.documents.synth.fonts.face import Face, FaceId, open_face
from vanguard.documents.synth.fonts.found import DISPLAY
from vanguard.documents.synth.layout.line import Align, Type
from vanguard.documents.synth.layout.sheet import Colour
from vanguard.documents.synth.text.marks import Digits

# width and height in points: A4, A5, B5, US letter, US legal, a book's page
PAPERS = ((595, 842), (420, 595), (499, 709), (612, 792), (612, 1008), (432, 648))
# what pages print besides Arabic letters: Latin ones, digits of both sets, separators, signs
_SIGNS = "".join(map(chr, range(0x21, 0x7F))) + "٠١٢٣٤٥٦٧٨٩" + "٫٬،؛؟•×"
_ALEF = 0.62  # of a face that looks as large as its size says
_SMALLEST, _LARGEST = 0.7, 1.9


@dataclass(frozen=True)
class Bounds:
    """What a kind of page asks of its look.

    Attributes:
        sizes: of the body, in points, smallest and largest.
        leading: from baseline to baseline in sizes, smallest and largest.
        papers: of `PAPERS`, which.
    """

    sizes: tuple[float, float] = (10.0, 15.0)
    leading: tuple[float, float] = (1.45, 1.9)
    papers: tuple[int, ...] = (0, 0, 0, 0, 1, 2, 3, 5)
    aligns: tuple[Align, ...] = ("justify", "justify", "right", "right", "centre")


@dataclass(frozen=True)
class Style:
    """A page's look; `margin` is left, top, right, bottom in points."""

    paper: tuple[float, float]
    margin: tuple[float, float, float, float]
    body: Type
    heading: Type
    align: Align
    indent: float
    digits: Digits
    gap: float

    def small(self, factor: float = 0.8) -> Type:
        """The body's type in another size."""
        return self.body.sized(factor)


def draw(
    dice: Dice,
    bounds: Bounds,
    faces: Sequence[FaceId],
    paper: tuple[float, float] | None = None,
    scale: float = 1.0,
) -> Style:
    """A look within the bounds.

    `paper` is width and height in points, where they are given; `scale` makes type smaller on small
    paper.
    """
    body_faces = [face for face in faces if face.family not in DISPLAY] or list(faces)
    body = open_face(dice.choice(body_faces))
    spare = _spare(dice, body, body_faces)
    head = open_face(dice.choice(list(faces))) if dice.random() < 0.4 else body
    size = dice.uniform(*bounds.sizes) * scale
    leading = dice.uniform(*bounds.leading)
    ink: Colour = (0.0, 0.0, 0.0) if dice.random() < 0.75 else (0.1, 0.1, dice.uniform(0.1, 0.35))
    width, height = paper or PAPERS[dice.choice(bounds.papers)]
    side, top = dice.uniform(0.08, 0.14) * width, dice.uniform(0.08, 0.12) * height
    type_ = _type(body, spare, size, leading, ink)
    digits: Digits = dice.choice(["arabic", "arabic", "latin"])
    if not type_.prints("٠٬٫"):
        # a number without its separators would be another number
        digits = "latin"
    return Style(
        paper=(width, height),
        margin=(side, top, side * dice.uniform(0.9, 1.15), top * dice.uniform(0.9, 1.2)),
        body=type_,
        heading=_type(head, spare, size * dice.uniform(1.2, 1.7), 1.6, ink),
        align=dice.choice(bounds.aligns),
        indent=dice.choice([0.0, 0.0, size * 1.5, size * 2.5]),
        digits=digits,
        gap=size * dice.choice([0.2, 0.5, 0.9]),
    )


def _type(face: Face, spare: Face, size: float, leading: float, ink: Colour) -> Type:
    """A type that looks as large as `size` says, with lines that do not touch."""
    factor = min(max(_ALEF / face.alef, _SMALLEST), _LARGEST)
    reach = (face.above + face.below) * 1.05
    # Latin letters of another face are set in the size that they are meant for
    return Type(face, spare, size * factor, max(leading / factor, reach), ink, 1 / factor)


def _spare(dice: Dice, body: Face, faces: Sequence[FaceId]) -> Face:
    """A face for what the body's lacks: the one that has most of it, and is as quiet as can be."""
    lacking = [sign for sign in _SIGNS if ord(sign) not in body.characters]
    if not lacking:
        return body
    others = [open_face(face_id) for face_id in dice.sample(list(faces), len(faces))]

    def worth(face: Face) -> tuple[int, bool]:
        return sum(ord(sign) in face.characters for sign in lacking), not _loud(face.id.name)

    best = max(others, key=worth)
    return best if worth(best)[0] else body


def _loud(name: str) -> bool:
    return any(word in name for word in ("Bold", "Mono", "Oblique", "Slanted", "Thabit"))
