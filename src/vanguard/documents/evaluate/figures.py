"""The figures of an evaluation, each a function of sums over pages, so that intervals can redraw them.

It does not know pages' texts or files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vanguard.documents.evaluate.metrics import published
from vanguard.documents.evaluate.metrics.bootstrap import Figure, Sums
from vanguard.documents.evaluate.metrics.numbers import Numbers
from vanguard.documents.evaluate.result import PageScore


def sums(page: PageScore, texts: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """What one page adds to each sum."""
    tables, marks, order = page.tables, page.marks, page.order
    ordered = order.found > 1
    return {
        "pages": [1, bool(page.failed)],
        "cer": _edits(page.characters.errors, page.characters.length),
        "wer": _edits(page.words.errors, page.words.length),
        "teds": _counted(tables.teds),
        "teds_s": _counted(tables.teds_s),
        "assigned": _counted(tables.assigned),
        "numbers": _numbers(page.numbers),
        "numbers_folded": _numbers(page.numbers_folded),
        "marks": [marks.letters, marks.wrong, marks.invented, marks.lost],
        "order": [order.blocks, order.found, order.pairs, order.right_pairs],
        "order_pages": [order.distance / order.found if ordered else 0.0, ordered],
        **{name: list(values) for name, values in texts.items()},
    }


def _edits(errors: int, length: int) -> list[float]:
    size = max(length, 1)
    return [errors, length, errors / size, min(errors, size), min(errors / size, 1.0)]


def _counted(value: float | None) -> list[float]:
    return [0.0, 0.0] if value is None else [value, 1.0]


def _numbers(numbers: Numbers) -> list[float]:
    return [numbers.right, numbers.truth, numbers.predicted]


def _ratio(name: str, above: int, below: int, factor: float = 1.0) -> Figure:
    def figure(found: Sums) -> float | None:
        under = found[name][below]
        return factor * found[name][above] / under if under else None

    return figure


def _over_length(name: str, above: int) -> Figure:
    # Truths without a character: the errors themselves, so that what was invented does not hide.
    return lambda found: found[name][above] / max(found[name][1], 1)


def _per_page(name: str, above: int) -> Figure:
    return lambda found: found[name][above] / found["pages"][0]


def _score(name: str, score: Callable[[Sequence[float]], float]) -> Figure:
    return lambda found: score(found[name])


def _mars(text: str, tables: str) -> Figure:
    """The mean of chrF and a hundred times the tables' mean; none where no page has a table."""

    def figure(found: Sums) -> float | None:
        total, count = found[tables]
        return (published.chrf(found[text]) + 100 * total / count) / 2 if count else None

    return figure


FIGURES: Mapping[str, Figure] = {
    "failed": _per_page("pages", 1),
    "cer": _over_length("cer", 0),
    "cer_macro": _per_page("cer", 2),
    "cer_capped": _over_length("cer", 3),
    "cer_capped_macro": _per_page("cer", 4),
    "wer": _over_length("wer", 0),
    "wer_macro": _per_page("wer", 2),
    "wer_capped": _over_length("wer", 3),
    "wer_capped_macro": _per_page("wer", 4),
    "bleu": _score("bleu", published.bleu),
    "chrf": _score("chrf", published.chrf),
    "teds": _ratio("teds", 0, 1),
    "teds_s": _ratio("teds_s", 0, 1),
    "teds_assigned": _ratio("assigned", 0, 1),
    "mars_kitab": _mars("chrf_body", "teds"),
    "mars_misraj": _mars("chrf_whole", "teds"),
    "mars_assigned": _mars("chrf_body", "assigned"),
    "numbers_exact": _ratio("numbers", 0, 1),
    "numbers_folded": _ratio("numbers_folded", 0, 1),
    "numbers_precision": _ratio("numbers_folded", 0, 2),
    "der": _ratio("marks", 1, 0),
    "invented_marks": _ratio("marks", 2, 0, 100.0),
    "lost_marks": _ratio("marks", 3, 0, 100.0),
    "order_distance": _ratio("order_pages", 0, 1),
    "order_pairs": _ratio("order", 3, 2),
    "order_found": _ratio("order", 1, 0),
}
# Where a lower figure is the better one.
LOWER_IS_BETTER = frozenset(
    name
    for name in FIGURES
    if name.startswith(("failed", "cer", "wer", "der", "invented", "lost", "order_distance"))
)
MEANINGS: Mapping[str, str] = {
    "failed": "share of pages of which nothing was read",
    "cer": "character errors over characters of the truth, all pages together",
    "cer_macro": "mean of the pages' character error rates",
    "cer_capped": "as cer, no page worse than its own length",
    "cer_capped_macro": "as cer_macro, no page above 1",
    "wer": "word errors over words of the truth, all pages together",
    "wer_macro": "mean of the pages' word error rates",
    "wer_capped": "as wer, no page worse than its own length",
    "wer_capped_macro": "as wer_macro, no page above 1",
    "bleu": "corpus BLEU, 0 to 100",
    "chrf": "corpus chrF, 0 to 100",
    "teds": "likeness of tables, best match of each, 0 to 1",
    "teds_s": "the same by structure alone",
    "teds_assigned": "likeness of tables one to one, extra and missing ones count 0",
    "mars_kitab": "mean of chrF without tables and 100 teds",
    "mars_misraj": "mean of chrF of all text and 100 teds",
    "mars_assigned": "mean of chrF without tables and 100 teds_assigned",
    "numbers_exact": "share of numbers that are there, digits as written",
    "numbers_folded": "the same with one set of digits",
    "numbers_precision": "share of the numbers read that are on the page",
    "der": "share of letters whose marks differ",
    "invented_marks": "marks on letters that have none, per 100 letters",
    "lost_marks": "letters whose marks are gone, per 100 letters",
    "order_distance": "edit distance of the order of blocks, mean of pages, 0 to 1",
    "order_pairs": "share of pairs of blocks in the right order",
    "order_found": "share of blocks that were found at all",
}
