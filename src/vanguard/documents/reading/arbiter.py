"""Decides page by page: the text layer where it can be trusted, else what the picture says.

It does not know how either is read. Both are weighed by the same measure, and the reasons are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vanguard.documents.arabic.plausibility import plausibility
from vanguard.documents.layers.choice import Choice
from vanguard.documents.page import Block, Reason
from vanguard.documents.reading.blocks import explained, gather
from vanguard.documents.reading.picture import Picture

# a picture's reading is taken from this much more on: a layer has every letter, if not the right ones
_BETTER_BY = 0.05


def decide(layer: Choice | None, picture: Callable[[], Picture]) -> tuple[Block, ...]:
    """The blocks of a page, the first with the reasons; none on an empty one.

    Args:
        layer: what its text layers say; None for a page that is an image.
        picture: reads the picture, when it is wanted: it costs ten times as much.
    """
    told = _reasons("text_layer", layer.reasons) if layer is not None else ()
    if layer is not None and layer.lines and layer.trusted:
        return _of_layer(layer, told)
    seen = picture()
    said = _reasons("picture", seen.steps)
    if layer is None or not layer.lines:
        return explained(seen.blocks, said)
    found = plausibility(seen.text).value if seen.text else 0.0
    says = f"plausibility: text layer {layer.plausibility:.2f}, picture {found:.2f}"
    compared = Reason("arbiter", says)
    if found >= layer.plausibility + _BETTER_BY:
        return explained(seen.blocks, (*told, compared, *said))
    return _of_layer(layer, (*told, compared))


def _of_layer(layer: Choice, told: tuple[Reason, ...]) -> tuple[Block, ...]:
    """Its blocks; of lines whose places are not known, as they follow each other."""
    if layer.blocks:
        return explained(layer.blocks, told)
    return gather(layer.lines, layer.reader, told, layer.furniture)


def _reasons(code: str, said: Iterable[str]) -> tuple[Reason, ...]:
    return tuple(Reason(code, one) for one in said)
