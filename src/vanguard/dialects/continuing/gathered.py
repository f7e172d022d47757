"""The text of an answer, kept up to a bound, and what of it a second answer repeats.

It does not know any dialect.
"""

from __future__ import annotations


class Gathered:
    """Text in pieces.

    Args:
        limit_bytes: beyond it nothing is kept and the answer is not sound.

    Attributes:
        sound: as in the contract; whoever reads events says when it is not.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.sound = True
        self._limit_bytes = limit_bytes
        self._kept_bytes = 0
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        """One piece more."""
        self._kept_bytes += len(text.encode(errors="replace"))
        if self._kept_bytes > self._limit_bytes:
            self.sound = False
            self._pieces = []
        else:
            self._pieces.append(text)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._pieces)


def without_echo(text: str, echo: str) -> tuple[str, str]:
    """A text without what it repeats of an echo, and what may still be repeated behind it."""
    same = 0
    while same < min(len(text), len(echo)) and text[same] == echo[same]:
        same += 1
    rest = text[same:]
    # text that goes on otherwise repeats no more
    return rest, "" if rest else echo[same:]
