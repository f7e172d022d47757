"""The words with which a model is asked to read, the same when it learns as when it is asked.

It does not know models, nor who asks: a model that was trained in other words than it is asked in does not
do what it has learnt. Whoever changes a word raises `VERSION`, so that kept answers are asked for anew.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = 2
NOTHING: Final = "[NO TEXT]"

_RULES = (
    "Keep the order in which it is read: Arabic from right to left, the first column being the right one. "
    "Copy each letter, digit, vowel mark and sign as it is printed, digits in the set in which they are printed; "
    "correct nothing, complete nothing, translate nothing. "
    f"Answer with the text alone, without remarks and without code fences; where nothing is written, with {NOTHING}"
)
REGION: Final = (
    f"Write down the text in this image exactly as it is printed, line by line. {_RULES}"
)
PAGE: Final = (
    "Write down the text of this page as Markdown, exactly as it is printed, without running headers, footers and "
    "page numbers; tables as HTML (table, tr, th, td, rowspan, colspan) where Markdown cannot hold them, empty "
    f"cells empty. {_RULES}"
)
TABLE: Final = (
    "Write down the table in this image as HTML (table, tr, th, td, rowspan, colspan), row by row, "
    "the cells of a right-to-left table from right to left; a cell in which nothing is printed stays empty. "
    f"{_RULES}"
)
