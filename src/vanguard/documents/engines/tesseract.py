"""Tesseract, with the Arabic data that is carried inside this package.

It does not know pages; it reads what it is shown, at the size it is shown.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import tesserocr

from vanguard.core.errors import SettingsError
from vanguard.documents.arabic.bidi import typed_order
from vanguard.documents.engines.contract import Shape
from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Box, Direction, Line, Word

_SEGMENTATION = {
    "page": tesserocr.PSM.AUTO,
    "block": tesserocr.PSM.SINGLE_BLOCK,
    "line": tesserocr.PSM.SINGLE_LINE,
    # straight to the network: Tesseract's own search for words drops halves of Arabic lines
    "strip": tesserocr.PSM.RAW_LINE,
}
_CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_DOTS_PER_INCH = 300  # what it is told, lest it guesses; sizes are brought to what it reads best


def packaged_data() -> Path:
    """The folder of the language data inside the package."""
    return Path(str(resources.files("vanguard") / "data" / "tessdata"))


class Tesseract:
    """One engine, loaded once; not to be used by two threads at the same time.

    Args:
        languages: names of its data files, joined by "+", the main one first.
        data: the folder of `*.traineddata`; the packaged one by default.

    Raises:
        SettingsError: a language is not in the folder, or cannot be loaded.
    """

    def __init__(self, languages: str = "ara", data: Path | None = None) -> None:
        folder = data or packaged_data()
        for language in languages.split("+"):
            if not (folder / f"{language}.traineddata").is_file():
                raise SettingsError(
                    f"Tesseract has no data for {language!r}: {folder} holds no {language}.traineddata"
                )
        try:
            self._api = tesserocr.PyTessBaseAPI(path=str(folder), lang=languages)
        except RuntimeError as error:
            raise SettingsError(
                f"Tesseract cannot load {languages!r} from {folder}: {error}"
            ) from error
        self._languages = languages

    @property
    def name(self) -> str:
        """As it stands in `Block.reader`."""
        return f"tesseract:{self._languages}"

    def read(self, grey: Grey, shape: Shape) -> tuple[Line, ...]:
        """Lines in reading order, words in logical order; boxes in pixels of the image."""
        height, width = grey.shape
        api = self._api
        api.SetPageSegMode(_SEGMENTATION[shape])
        api.SetImageBytes(grey.tobytes(), width, height, 1, width)
        api.SetSourceResolution(_DOTS_PER_INCH)
        try:
            return tuple(_lines(api))
        finally:
            api.Clear()


@dataclass(frozen=True)
class _Seen:
    """A word as it stands on the line: its letters from left to right."""

    text: str
    box: Box
    confidence: float


def _lines(api: tesserocr.PyTessBaseAPI) -> Iterator[Line]:
    """Lines as they were recognised.

    Tesseract's own text is not taken: it takes a line with more numbers than words for one from left to right.
    """
    if not api.Recognize():
        return
    level = tesserocr.RIL.WORD
    words: list[_Seen] = []
    for place in tesserocr.iterate_level(api.GetIterator(), level):
        if words and place.IsAtBeginningOf(tesserocr.RIL.TEXTLINE):
            yield _line(words)
            words = []
        box = place.BoundingBox(level)
        text = _CONTROLS.sub("", place.GetUTF8Text(level) or "").strip() if box else ""
        if text:
            words.append(_Seen(text, Box(*map(float, box)), place.Confidence(level) / 100))
    if words:
        yield _line(words)


def _line(seen: list[_Seen]) -> Line:
    """The line with its words and letters in the order of typing."""
    seen.sort(key=lambda word: word.box.left)
    text = " ".join(word.text for word in seen)
    way: Direction = "rtl" if _RIGHT_TO_LEFT.search(text) else "ltr"
    places = [at for at, word in enumerate(seen) for _ in f" {word.text}"][1:]
    order = typed_order(text) if way == "rtl" else range(len(text))
    words: list[Word] = []
    for blank, group in itertools.groupby(order, key=lambda at: text[at].isspace()):
        if not blank:
            letters = list(group)
            own = [seen[places[at]] for at in letters]
            box = functools.reduce(Box.around, (word.box for word in own))
            sure = sum(word.confidence for word in own) / len(own)
            words.append(Word("".join(text[at] for at in letters), box, round(sure, 4)))
    count = sum(len(word.text) for word in words)
    box = functools.reduce(Box.around, (word.box for word in words if word.box is not None))
    sure = sum((word.confidence or 0.0) * len(word.text) for word in words) / count
    return Line(tuple(words), box, way, round(sure, 4))
