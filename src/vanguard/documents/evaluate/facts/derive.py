"""Makes facts out of a document whose truth is exact, such as the page generator's.

It does not know how the document was made. The same document and seed give the same facts, and each
of them holds of the document itself in the strict form: what does not is left out.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from vanguard.documents.evaluate.facts import check
from vanguard.documents.evaluate.facts.fact import (
    Absent,
    Baseline,
    Cell,
    Fact,
    Number,
    Order,
    Present,
)
from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.metrics import numbers
from vanguard.documents.evaluate.sources import pages
from vanguard.documents.evaluate.sources.content import Content
from vanguard.documents.page import Document

# One wrong character in twenty is forgiven, so that a fact tells of a lost line and not of a dot.
FORGIVEN = 20
MIN_WORDS, MAX_WORDS = 3, 12
MIN_CHARS = 12
# What models say about a page rather than what stands on it.
CHATTER = (
    "فيما يلي النص المستخرج",
    "النص الموجود في الصورة",
    "بالتأكيد، إليك النص",
    "لا يمكنني قراءة",
    "Here is the extracted text",
    "The image contains",
    "I'm sorry, but I can't",
)


class PerPage(msgspec.Struct, frozen=True):
    """How many facts of each kind a page gets at most; each page gets one baseline besides."""

    present: int = 3
    absent: int = 2
    order: int = 2
    cell: int = 3
    number: int = 3


def derive(
    document: Document, name: str, seed: int, per_page: PerPage | None = None
) -> tuple[Fact, ...]:
    """Facts about every page that was read.

    Args:
        document: the exact truth.
        name: the stem under which a prediction of it will be looked for.
        seed: of the choice; mixed with the name, so that documents differ.
        per_page: how many.
    """
    found: list[Fact] = []
    for number, content in sorted(pages.contents(document).items()):
        if not content.failed and content.text:
            # a string seeds Python's generator the same way everywhere
            choice = random.Random(f"{seed}/{name}/{number}")  # noqa: S311 - nobody's secret
            maker = _Maker(name, number, content, choice)
            found += maker.facts(per_page or PerPage())
    return tuple(found)


class _Maker:
    """Makes the facts of one page."""

    def __init__(self, name: str, page: int, content: Content, choice: random.Random) -> None:
        self._name, self._page, self._content, self._choice = name, page, content, choice
        self._text = strict.normal(content.text)
        self._blocks = [strict.normal(piece.text) for piece in content.pieces if piece.grid is None]
        self._count = 0

    def facts(self, wanted: PerPage) -> Iterator[Fact]:
        """At most so many of each kind, in a fixed order of kinds."""
        yield from self._some(self._present, wanted.present)
        yield from self._some(self._absent, wanted.absent)
        yield from self._some(self._order, wanted.order)
        yield from self._some(self._cell, wanted.cell)
        yield from self._some(self._number, wanted.number)
        yield from self._some(self._baseline, 1)

    def _some(self, make: Callable[[], Fact | None], wanted: int) -> Iterator[Fact]:
        """Tries a few times more than is wanted: not every try makes a new fact that holds."""
        seen: set[tuple[str, ...]] = set()
        for _ in range(4 * wanted):
            fact = make()
            if fact is None or fact.texts in seen or len(seen) == wanted:
                continue
            if not check.wrong(fact, self._content, strict.normal):
                seen.add(fact.texts)
                yield fact
        self._count = 0

    def _named(self, kind: str) -> str:
        self._count += 1
        return f"{self._name}-{self._page}-{kind}-{self._count}"

    def _phrase(self, text: str) -> str | None:
        """Some words of a text that follow one another."""
        words = text.split()
        length = self._choice.randint(MIN_WORDS, MAX_WORDS)
        begin = self._choice.randint(0, max(len(words) - length, 0))
        phrase = " ".join(words[begin : begin + length])
        return phrase if len(phrase) >= MIN_CHARS else None

    def _block(self) -> str:
        return self._choice.choice(self._blocks) if self._blocks else ""

    def _present(self) -> Fact | None:
        phrase = self._phrase(self._block())
        if phrase is None:
            return None
        diffs = len(phrase) // FORGIVEN
        return Present(
            id=self._named("present"),
            document=self._name,
            page=self._page,
            text=phrase,
            max_diffs=diffs,
        )

    def _absent(self) -> Fact | None:
        """A line in visual order, as faulty extractors leave it, or what a model may add."""
        phrase = self._phrase(self._block())
        turned = phrase[::-1] if phrase is not None else ""
        text = turned if turned and self._choice.random() < 0.5 else self._choice.choice(CHATTER)
        return Absent(
            id=self._named("absent"),
            document=self._name,
            page=self._page,
            text=text,
            max_diffs=len(text) // FORGIVEN,
        )

    def _order(self) -> Fact | None:
        """Two phrases of two blocks, each of which stands on the page once."""
        if len(self._blocks) < 2:
            return None
        first, second = sorted(self._choice.sample(range(len(self._blocks)), 2))
        before, after = self._phrase(self._blocks[first]), self._phrase(self._blocks[second])
        if before is None or after is None:
            return None
        if self._text.count(before) != 1 or self._text.count(after) != 1:
            return None
        return Order(
            id=self._named("order"),
            document=self._name,
            page=self._page,
            before=before,
            after=after,
            max_diffs=min(len(before), len(after)) // FORGIVEN,
        )

    def _cell(self) -> Fact | None:
        grids = [grid for grid in self._content.grids if grid.places()]
        if not grids:
            return None
        places = self._choice.choice(grids).places()
        row, column = self._choice.choice(sorted(places))
        around = {
            "above": (row - 1, column),
            "below": (row + 1, column),
            "previous": (row, column - 1),
            "next": (row, column + 1),
        }
        texts = {
            side: strict.normal(places[place].text)
            for side, place in around.items()
            if place in places and places[place] is not places[row, column]
        }
        cell = strict.normal(places[row, column].text)
        if not cell or not any(texts.values()):
            return None
        exact = any(numbers.tokens(text) for text in (cell, *texts.values()))
        shortest = min(len(text) for text in (cell, *texts.values()) if text)
        return Cell(
            id=self._named("cell"),
            document=self._name,
            page=self._page,
            cell=cell,
            max_diffs=0 if exact else min(1, (shortest - 1) // 4),
            **texts,
        )

    def _number(self) -> Fact | None:
        found = Counter(numbers.tokens(self._text))
        if not found:
            return None
        number = self._choice.choice(sorted(found))
        return Number(
            id=self._named("number"),
            document=self._name,
            page=self._page,
            number=number,
            count=found[number],
        )

    def _baseline(self) -> Fact | None:
        """Twice the page's length and a few repeats more than the page has cannot be right."""
        return Baseline(
            id=self._named("baseline"),
            document=self._name,
            page=self._page,
            max_repeats=max(10, check.repeats(self._text.split()) + 5),
            max_chars=2 * len(self._text) + 200,
        )
