"""Which faces and texts a training sees, and which are kept aside to choose thresholds on.

It does not know nets. Both are of the training split; what is held out from it is for measuring alone.
"""

from __future__ import annotations

from vanguard.documents.recognise.train.chips import Chip, page_of_chips
from vanguard.documents.recognise.train.words import words_of
from vanguard.documents.synth.dice import one_in
from vanguard.documents.synth.fonts.face import FaceId
from vanguard.documents.synth.fonts.found import find
from vanguard.documents.synth.text.source import load

KEPT_ASIDE = 8
"""One family in so many."""
_MILLION = 1_000_000


def faces_of(*, aside: bool) -> tuple[FaceId, ...]:
    """Faces of the training split: those kept aside, or the others."""
    return tuple(
        face
        for face in find().of("train")
        if one_in(KEPT_ASIDE, "recognisers", face.family) == aside
    )


def chips(seed: int, pages: int, *, aside: bool = False) -> list[Chip]:
    """Chips of so many pages; those kept aside have other seeds and other faces."""
    faces, words = faces_of(aside=aside), words_of(load().of("train"))
    first = (2 * seed + aside) * _MILLION
    return [chip for page in range(pages) for chip in page_of_chips(first + page, faces, words)]
