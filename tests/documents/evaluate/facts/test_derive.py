"""Facts of an exact truth: all hold of it, the same seed gives the same, and faults break them."""

import pytest

from vanguard.documents.evaluate.facts import check
from vanguard.documents.evaluate.facts.derive import PerPage, derive
from vanguard.documents.evaluate.facts.fact import KINDS, kind
from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.sources import pages
from vanguard.documents.evaluate.sources.content import Content, Grid, Piece
from vanguard.documents.page import Block, Cell, Document, Line, Page, Table, Word

WORDS = [
    "اشترى",
    "التاجر",
    "كتبا",
    "كثيرة",
    "من",
    "السوق",
    "القديم",
    "ثم",
    "باع",
    "بعضها",
    "في",
    "المدينة",
    "بثمن",
    "بلغ",
    "١٢٠",
    "ريالا",
    "ولم",
    "يربح",
    "منها",
    "شيئا",
    "غير",
    "أن",
    "صاحبه",
    "أعطاه",
    "٣٥",
    "ريالا",
    "وقال",
    "له",
    "إن",
    "التجارة",
    "صبر",
    "وعلم",
    "وأمانة",
    "قبل",
    "كل",
    "شيء",
]


def block(begin, count, kind_="paragraph"):
    words = [WORDS[(begin * 7 + n) % len(WORDS)] for n in range(count)]
    return Block(kind_, (Line(tuple(map(Word, words))),))


def cell(row, column, text, **more):
    return Cell(row, column, (Line((Word(text),)),) if text else (), **more)


TABLE = Table(
    3, 3,
    tuple(
        cell(row, column, text)
        for row, texts in enumerate([("البند", "العدد", "الثمن"), ("كتب", "١٢", "٩٩"), ("أقلام", "٧", "")])
        for column, text in enumerate(texts)
    ),
)  # fmt: skip
PAGE = Page(
    1, 1, 1, (block(0, 3, "title"), block(1, 20), block(2, 15), Block("table", table=TABLE))
)
DOCUMENT = Document((PAGE, Page(2, 1, 1, (block(3, 25), block(5, 12))), Page(3, 1, 1, failed="x")))


def test_all_kinds_are_made_and_all_hold():
    facts = derive(DOCUMENT, "a", seed=3)
    contents = pages.contents(DOCUMENT)
    assert {kind(fact) for fact in facts} == set(KINDS)
    assert {fact.page for fact in facts} == {1, 2}
    assert len({fact.id for fact in facts}) == len(facts)
    for fact in facts:
        assert check.wrong(fact, contents[fact.page], strict.normal) == ""


def test_the_seed_and_the_name_choose():
    assert derive(DOCUMENT, "a", 3) == derive(DOCUMENT, "a", 3)
    assert derive(DOCUMENT, "a", 3) != derive(DOCUMENT, "a", 4)
    texts = {name: [fact.texts for fact in derive(DOCUMENT, name, 3)] for name in "ab"}
    assert texts["a"] != texts["b"]


def test_no_more_facts_than_wanted():
    wanted = PerPage(present=1, absent=0, order=1, cell=2, number=0)
    kinds = [kind(fact) for fact in derive(DOCUMENT, "a", 3, wanted) if fact.page == 1]
    assert kinds.count("present") == kinds.count("order") == kinds.count("baseline") == 1
    assert kinds.count("cell") == 2
    assert "absent" not in kinds
    assert "number" not in kinds


def holding(change, seed=3):
    """By kind the share of page 1's facts that hold after a reader's fault."""
    content = change(pages.contents(DOCUMENT)[1])
    facts = [fact for fact in derive(DOCUMENT, "a", seed) if fact.page == 1]
    return {
        name: [
            not check.wrong(fact, content, strict.normal) for fact in facts if kind(fact) == name
        ]
        for name in KINDS
    }


def turned(content):
    """Visual order: each block's characters from the last to the first."""
    return Content(tuple(Piece(piece.text[::-1], piece.grid) for piece in content.pieces))


def upside_down(content):
    return Content(content.pieces[::-1])


def looping(content):
    return Content((*content.pieces, Piece("ثم قال " * 200)))


def wrong_digits(content):
    following = str.maketrans("٠١٢٣٤٥٦٧٨٩", "١٢٣٤٥٦٧٨٩٠")
    return Content(tuple(Piece(piece.text.translate(following)) for piece in content.pieces))


def mirrored(content):
    """A right-to-left table read from the left."""
    pieces = content.pieces[:-1]
    (grid,) = content.grids
    turned = Grid(tuple(row[::-1] for row in grid.rows))
    return Content((*pieces, Piece(turned.text, turned)))


@pytest.mark.parametrize(
    ("fault", "broken"),
    [(turned, "present"), (upside_down, "order"), (looping, "baseline"), (wrong_digits, "number"),
     (mirrored, "cell")],
)  # fmt: skip
def test_a_fault_breaks_the_facts_about_it(fault, broken):
    assert not any(holding(fault)[broken])


def test_a_reversed_line_breaks_a_fact_of_absence():
    found = [holding(turned, seed)["absent"] for seed in range(6)]
    assert any(not all(one) for one in found)
