"""What is printed in front of a list's items: bullets, which every format has of its own, and numbers.

It does not know formats.
"""

from __future__ import annotations

from typing import NamedTuple

import regex

BULLETS = "•‣▪●○■◦∙·*-–—"
_BULLET = regex.compile(rf"[{regex.escape(BULLETS)}]\s+")
_ORDINAL = regex.compile(r"(0|[1-9][0-9]{0,8})([.)])\s+")


class Marker(NamedTuple):
    """What stands before an item; items of another kind are another list.

    Attributes:
        kind: a hyphen, or what stands behind the number.
        number: of a numbered item; Arabic-Indic digits stay in the text, formats know no such lists.
    """

    kind: str
    number: int | None

    @property
    def text(self) -> str:
        """The marker as it is written in Markdown."""
        return self.kind if self.number is None else f"{self.number}{self.kind}"


def take_marker(text: str) -> tuple[Marker, str]:
    """The marker of an item's clean text, and the text without it."""
    numbered = _ORDINAL.match(text)
    if numbered is not None:
        return Marker(numbered[2], int(numbered[1])), text[numbered.end() :]
    bullet = _BULLET.match(text)
    return Marker("-", None), text[bullet.end() if bullet else 0 :]
