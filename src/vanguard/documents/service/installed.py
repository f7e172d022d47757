"""Whether the libraries and the language data are there that reading needs.

It does not load any of them.
"""

from __future__ import annotations

from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from vanguard.core.errors import InvalidRequest

# by the name of their package; what the extra `documents` brings and reading cannot do without
_MODULES = {
    "pypdfium2": "pypdfium2",
    "pypdf": "pypdf",
    "pdfminer": "pdfminer.six",
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "tesserocr": "tesserocr",
    "bidi": "python-bidi",
    "rapidfuzz": "rapidfuzz",
    "uharfbuzz": "uharfbuzz",
    "fontTools": "fonttools",
    "fpdf": "fpdf2",
    "cryptography": "cryptography",
}


def missing_package() -> str:
    """A package that is not installed; empty when all are."""
    return next((package for name, package in _MODULES.items() if find_spec(name) is None), "")


def check_languages(languages: str) -> None:
    """Whether there are data for each language.

    Args:
        languages: names joined by "+".

    Raises:
        InvalidRequest: there are none for one of them.
    """
    folder = Path(str(resources.files("vanguard") / "data" / "tessdata"))
    known = sorted(path.stem for path in folder.glob("*.traineddata"))
    for language in languages.split("+"):
        if language not in known:
            raise InvalidRequest(
                f"there are no data for the language '{language}'; there are {', '.join(known)}",
                param="languages",
            )
