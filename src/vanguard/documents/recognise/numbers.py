"""The own reader of numbers: one word's picture in, one number out, or nothing.

It does not know tables or lines. How probable a number must be was chosen on faces that the net was not
trained with; docs/guide/documents-recognisers.md has the figures.
"""

from __future__ import annotations

import re

from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Word
from vanguard.documents.recognise.alphabet import painted, typed
from vanguard.documents.recognise.model import Recogniser, packaged
from vanguard.documents.recognise.strips import strip
from vanguard.documents.tables.forms import is_number, mended

_COMMA = re.compile("(?<=[٠-٩۰-۹]),(?=[٠-٩۰-۹])")


class OwnNumbers:
    """Reads numbers in Arabic, Persian and Latin digits.

    Args:
        net: the packaged one by default.
    """

    def __init__(self, net: Recogniser | None = None) -> None:
        self._net = net or packaged("numbers")

    @property
    def name(self) -> str:
        """As it stands in `Block.reader`."""
        return "numbers"

    def read(self, grey: Grey) -> Word | None:
        """The one number on an image with paper around it, without a box; None where it is none."""
        found = self.said(grey)
        return found if found is not None and is_number(found.text) else None

    def said(self, grey: Grey, *, after_arabic: bool = False) -> Word | None:
        """What it says of any word, letters being `alphabet.OTHER`; None where nothing is written.

        `after_arabic` as `alphabet.typed` takes it. Confidence is the text's probability.
        """
        cut = strip(grey)
        if cut is None:
            return None
        classes, probability = self._net.read(cut)
        text = painted(classes)
        turned = typed(text, after_arabic=after_arabic)
        if not is_number(turned) and is_number(text):
            turned = text  # of a left-to-right paragraph
        return Word(_told_apart(turned), None, round(probability, 4)) if text else None


def _told_apart(text: str) -> str:
    """A number with its separators as its groups want them; a comma between Arabic digits is one."""
    arabic = _COMMA.sub("٬", text)
    return mended(arabic if is_number(arabic) else text)
