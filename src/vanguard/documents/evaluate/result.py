"""What an evaluation finds: the figures, their intervals, and each page.

It does not know how they are worked out. Its JSON is what `--json` prints.
"""

from __future__ import annotations

import msgspec

from vanguard.documents.evaluate.metrics.edits import Edits, Rates
from vanguard.documents.evaluate.metrics.marks import Marks
from vanguard.documents.evaluate.metrics.numbers import Numbers
from vanguard.documents.evaluate.metrics.order import Order
from vanguard.documents.evaluate.metrics.tables import TableScores


class PageScore(msgspec.Struct, frozen=True):
    """One page.

    Attributes:
        failed: why nothing was read; empty when something was.
        cer, wer: rates, not capped.
        characters, words: what the rates come from.
        numbers: as they are written; `numbers_folded` with one set of digits.
    """

    name: str
    document: str
    failed: str
    cer: float
    wer: float
    characters: Edits
    words: Edits
    tables: TableScores
    numbers: Numbers
    numbers_folded: Numbers
    marks: Marks
    order: Order


class Method(msgspec.Struct, frozen=True):
    """How the figures came about; figures of two methods are not to be compared.

    Attributes:
        form: name and version of the normal form.
        source: where its rules come from.
        libraries: names and versions of those that count.
        draws, seed: of the intervals.
    """

    profile: str
    form: str
    source: str
    libraries: dict[str, str]
    draws: int
    seed: int


class Evaluation(msgspec.Struct, frozen=True):
    """All that was found.

    Attributes:
        failed: pages of which nothing was read; each counts as a rate of 1.
        figures: by name; None where no page has a say.
        intervals: of 95 per cent, over documents; empty for fewer than two documents.
        pages: the worst first.
        notes: what people should know, a line each.
    """

    method: Method
    documents: int
    failed: int
    cer: Rates
    wer: Rates
    figures: dict[str, float | None]
    intervals: dict[str, tuple[float, float]]
    pages: tuple[PageScore, ...]
    extra: tuple[str, ...]
    unreadable: tuple[str, ...]
    notes: tuple[str, ...]
