"""Tesseract, with the Arabic data that is carried inside this package.

It does not know pages; it reads what it is shown, at the size it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import tesserocr

from vanguard.core.errors import SettingsError
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
_WORD_LEVEL = "5"
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
            return tuple(_lines(api.GetTSVText(0)))
        finally:
            api.Clear()


def _lines(table: str) -> Iterator[Line]:
    """Lines of Tesseract's table: a row each, of which those of words are wanted.

    tesserocr's own iterator gives the letters of a word from left to right; the table does not.
    """
    words: list[Word] = []
    place: list[str] = []
    for row in table.splitlines():
        level, *where, _word, left, top, width, height, sure, text = row.split("\t", 11)
        text = _CONTROLS.sub("", text).strip()
        if level != _WORD_LEVEL or not text:
            continue
        if where != place and words:
            yield _line(words)
            words = []
        place = where
        x, y = float(left), float(top)
        box = Box(x, y, x + float(width), y + float(height))
        words.append(Word(text, box, round(float(sure) / 100, 4)))
    if words:
        yield _line(words)


def _line(words: list[Word]) -> Line:
    letters = sum(len(word.text) for word in words)
    box = words[0].box
    for word in words[1:]:
        box = box.around(word.box) if box is not None and word.box is not None else box
    sure = sum((word.confidence or 0.0) * len(word.text) for word in words) / letters
    way: Direction = "rtl" if any(_RIGHT_TO_LEFT.search(word.text) for word in words) else "ltr"
    return Line(tuple(words), box, way, round(sure, 4))
