"""Says of facts whether they hold of what was read.

It does not know how facts were made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import msgspec
import regex
from rapidfuzz.distance import Levenshtein

from vanguard.documents.evaluate.facts import near
from vanguard.documents.evaluate.facts.fact import (
    KINDS,
    Absent,
    Baseline,
    Cell,
    Fact,
    Number,
    Order,
    Present,
    kind,
)
from vanguard.documents.evaluate.forms.contract import Form
from vanguard.documents.evaluate.metrics import bootstrap, numbers
from vanguard.documents.evaluate.metrics.bootstrap import Figure
from vanguard.documents.evaluate.sources.content import Content, Grid, joined
from vanguard.documents.evaluate.sources.files import WHOLE

# Scripts that no Arabic or Latin page has, and that models fall into.
_FOREIGN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Cyrillic}\p{Devanagari}\p{Thai}]"
)
MAX_PERIOD_WORDS = 30
# A loop of characters within one word, such as a row of dots, is common in lists of contents.
MAX_CHARACTER_RUN = 300
Normal = Callable[[str], str]


class FactResult(msgspec.Struct, frozen=True):
    """One fact.

    Attributes:
        wrong: why it does not hold; empty when it does.
    """

    id: str
    kind: str
    document: str
    page: int
    wrong: str


class FactsReport(msgspec.Struct, frozen=True):
    """All facts.

    Attributes:
        rates: share of facts that hold, by kind; `all` for all of them, `mean` for the mean of
            kinds, so that no kind weighs more because it has more facts.
        counts: facts by kind.
        intervals: of 95 per cent, over documents.
        results: those that do not hold first.
    """

    form: str
    rates: dict[str, float]
    counts: dict[str, int]
    intervals: dict[str, tuple[float, float]]
    results: tuple[FactResult, ...]


def check_all(
    facts: Sequence[Fact],
    predictions: Mapping[str, Mapping[int, Content]],
    form: Form,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> FactsReport:
    """Checks each fact against the page that it names.

    Args:
        facts: at least one.
        predictions: the pages of each document by number; `WHOLE` for one without pages.
        form: the normal form of both sides.
        draws: how often documents are drawn for the intervals.
        seed: of the drawing.
    """
    results = [_result(fact, predictions.get(fact.document, {}), form.normal) for fact in facts]
    documents: dict[str, list[FactResult]] = defaultdict(list)
    for result in results:
        documents[result.document].append(result)
    sums = [_sums(found) for found in documents.values()]
    total = bootstrap.summed(sums)
    rates = {name: figure(total) for name, figure in _FIGURES.items()}
    return FactsReport(
        form=form.version,
        rates={name: rate for name, rate in rates.items() if rate is not None},
        counts=dict(Counter(result.kind for result in results)),
        intervals=bootstrap.intervals(sums, _FIGURES, draws=draws, seed=seed),
        results=tuple(sorted(results, key=lambda result: (not result.wrong, result.id))),
    )


def wrong(fact: Fact, content: Content, normal: Normal) -> str:
    """Why a fact does not hold of a page; empty when it does."""
    text = normal(content.text)
    if content.failed or not text:
        return content.failed or "nothing was read"
    if not all(map(normal, fact.texts)):
        return "the fact has no text in this form"
    match fact:
        case Present():
            found = near.stands(normal(fact.text), text, fact.max_diffs)
            return "" if found else f"not there: {fact.text}"
        case Absent():
            found = near.stands(normal(fact.text), text, fact.max_diffs)
            return f"there, but must not be: {fact.text}" if found else ""
        case Order():
            return _order_wrong(fact, text, normal)
        case Cell():
            return _cell_wrong(fact, content.grids, normal)
        case Number():
            return _number_wrong(fact, text, normal)
        case Baseline():
            return _baseline_wrong(fact, text)


def repeats(words: Sequence[str]) -> int:
    """How often the same words stand one after the other, at most: 1 when none do."""
    most = 1
    for period in range(1, min(MAX_PERIOD_WORDS, len(words) // 2) + 1):
        run = 0
        for place in range(period, len(words)):
            run = run + 1 if words[place] == words[place - period] else 0
            most = max(most, run // period + 1)
    return most


def _result(fact: Fact, pages: Mapping[int, Content], normal: Normal) -> FactResult:
    why = wrong(fact, _page(fact.page, pages), normal)
    return FactResult(fact.id, kind(fact), fact.document, fact.page, why)


def _page(number: int, pages: Mapping[int, Content]) -> Content:
    if number in pages:
        return pages[number]
    if WHOLE in pages:
        return pages[WHOLE]
    if number == WHOLE and pages:
        return joined(list(pages.values()))
    return Content(failed="no prediction of this page")


def _order_wrong(fact: Order, text: str, normal: Normal) -> str:
    first = next(near.ends(normal(fact.before), text, fact.max_diffs), None)
    if first is None:
        return f"not there: {fact.before}"
    last = max(near.ends(normal(fact.after), text, fact.max_diffs), default=None)
    if last is None:
        return f"not there: {fact.after}"
    return "" if first < last else f"{fact.before} does not stand before {fact.after}"


def _cell_wrong(fact: Cell, grids: Sequence[Grid], normal: Normal) -> str:
    if not grids:
        return "there is no table"
    seen = False
    for grid in grids:
        places = grid.places()
        texts = {id(cell): normal(cell.text) for cell in places.values()}
        for place, cell in places.items():
            if _like(fact.cell, texts[id(cell)], fact, normal):
                seen = True
                if all(
                    _like(wanted, texts.get(id(places.get(other)), ""), fact, normal)
                    for wanted, other in _neighbours(fact, place)
                ):
                    return ""
    return f"{fact.cell} has other neighbours" if seen else f"no cell is {fact.cell}"


def _neighbours(fact: Cell, place: tuple[int, int]) -> list[tuple[str, tuple[int, int]]]:
    """The texts that are asked for, each with where it must stand."""
    row, column = place
    wanted = (
        (fact.above, (row - 1, column)),
        (fact.below, (row + 1, column)),
        (fact.previous, (row, column - 1)),
        (fact.next, (row, column + 1)),
    )
    return [(text, other) for text, other in wanted if text]


def _like(wanted: str, text: str, fact: Fact, normal: Normal) -> bool:
    return Levenshtein.distance(normal(wanted), text) <= fact.max_diffs


def _number_wrong(fact: Number, text: str, normal: Normal) -> str:
    wanted = numbers.tokens(normal(fact.number))
    found = Counter(numbers.tokens(text))
    times = min((found[token] for token in wanted), default=0)
    if times >= fact.count:
        return ""
    return f"{fact.number} stands there {times} times, not {fact.count}"


def _baseline_wrong(fact: Baseline, text: str) -> str:
    if fact.max_chars and len(text) > fact.max_chars:
        return f"{len(text):,} characters, at most {fact.max_chars:,} can be right"
    foreign = _FOREIGN.search(text)
    if foreign:
        return f"{foreign[0]} is of a script that the page does not have"
    times = repeats(text.split())
    if times > fact.max_repeats:
        return f"the same words {times} times in a row"
    run = _longest_run(text)
    return f"the same character {run} times in a row" if run > MAX_CHARACTER_RUN else ""


def _longest_run(text: str) -> int:
    longest = run = 0
    last = ""
    for character in text:
        run = run + 1 if character == last else 1
        last, longest = character, max(longest, run)
    return longest


def _sums(results: Sequence[FactResult]) -> dict[str, list[float]]:
    sums: dict[str, list[float]] = {name: [0.0, 0.0] for name in KINDS}
    for result in results:
        sums[result.kind][0] += not result.wrong
        sums[result.kind][1] += 1
    return sums


def _share(names: tuple[str, ...]) -> Figure:
    def figure(sums: bootstrap.Sums) -> float | None:
        count = sum(sums[name][1] for name in names)
        return sum(sums[name][0] for name in names) / count if count else None

    return figure


def _mean_of_kinds(sums: bootstrap.Sums) -> float | None:
    rates = [sums[name][0] / sums[name][1] for name in KINDS if sums[name][1]]
    return sum(rates) / len(rates) if rates else None


_FIGURES: Mapping[str, Figure] = {
    "mean": _mean_of_kinds,
    "all": _share(KINDS),
    **{name: _share((name,)) for name in KINDS},
}
