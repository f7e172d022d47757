import msgspec
import pytest

from vanguard.documents.page import Block, Cell, Line, Reason, Table, Word
from vanguard.documents.reading.second.combine import Combined
from vanguard.documents.reading.tiers.tier import Thresholds, with_tier

ASKED = Thresholds(
    accept_confidence=0.9,
    accept_word=0.8,
    accept_plausibility=0.9,
    accept_agreement=0.95,
    agreed_confidence=0.7,
    agreed_word=0.3,
    reject_confidence=0.5,
    reject_plausibility=0.4,
)


def block(text="هذا كتاب", sure=0.95, weakest=0.9, **more):
    words = tuple(Word(one, None, weakest) for one in text.split())
    return Block("paragraph", (Line(words, confidence=sure),), confidence=sure, **more)


def judged(one, asked=ASKED, second=None):
    found = with_tier(one, asked, second)
    return found.tier, [reason.code for reason in found.reasons]


@pytest.mark.parametrize(
    ("given", "tier", "codes"),
    [
        (block(), "accept", []),
        (block(sure=0.9, weakest=0.8), "accept", []),
        (block(sure=0.89), "review", ["unsure_block"]),
        (block(sure=0.49), "reject", ["unsure_block"]),
        (block(weakest=0.79), "review", ["unsure_words"]),
        (block("هذا كتاب جديد جميل ثصشضب"), "review", ["implausible"]),
        (block("قثصضش ضغفعق خحجثق"), "reject", ["implausible"]),
        (block("عام 1996"), "review", ["digits"]),
        (block(sure=None, weakest=None), "accept", []),
        (block("عام 1996", sure=None, weakest=None), "accept", []),
        (block("قثصضش ضغفعق", sure=0.6), "reject", ["unsure_block", "implausible"]),
    ],
)
def test_the_worst_that_is_found_decides(given, tier, codes):
    assert judged(given) == (tier, codes)


def test_digits_can_be_trusted():
    trusting = msgspec.structs.replace(ASKED, trust_digits=True)
    assert judged(block("عام 1996"), trusting) == ("accept", [])


def test_doubts_of_checks_are_counted_by_cell():
    line = Line((Word("اسم", None, 0.95),))
    cells = (Cell(0, 0, (line,), doubts=("a", "b")), Cell(0, 1, (line,)))
    found = with_tier(Block("table", table=Table(1, 2, cells), confidence=0.95), ASKED)
    assert found.tier == "review"
    assert found.reasons == (Reason("checks", "a cell of its table is doubted by checks"),)


def test_what_was_known_before_stays_and_comes_first():
    before = Reason("picture", "scaled")
    found = with_tier(block(sure=0.7, reasons=(before,)), ASKED)
    assert found.reasons[0] == before
    assert "70%" in found.reasons[1].says


def both(one, agreement, digits=True, doubts=()):
    return Combined(one, agreement, digits, doubts)


@pytest.mark.parametrize(
    ("given", "second", "tier", "codes"),
    [
        (block(sure=0.7, weakest=0.3), (1.0,), "accept", []),
        (block(sure=0.7, weakest=0.3), (0.95,), "accept", []),
        (block(sure=0.69, weakest=0.3), (1.0,), "review", ["unsure_block"]),
        (block(sure=0.4, weakest=0.3), (1.0,), "review", ["unsure_block"]),
        (block(sure=0.7, weakest=0.29), (1.0,), "review", ["unsure_words"]),
        (block(), (0.94,), "review", ["disagree"]),
        (
            block(sure=0.4, weakest=0.3),
            (0.5,),
            "reject",
            ["unsure_block", "unsure_words", "disagree"],
        ),
        (block("عام 1996"), (1.0, True), "accept", []),
        (block("عام 1996"), (0.96, False), "review", ["digits"]),
        (block("عام 1996", sure=None, weakest=None), (0.96, False), "review", ["digits"]),
        (block(), (1.0, True, (Reason("loop", "cut"),)), "review", ["loop"]),
        (block("هذا كتاب جديد جميل ثصشضب"), (1.0,), "review", ["implausible"]),
        (block("قثصضش ضغفعق خحجثق"), (1.0,), "reject", ["implausible"]),
        (block(sure=0.6), (None,), "review", ["unsure_block"]),
    ],
)
def test_with_a_second_reader_agreement_decides(given, second, tier, codes):
    assert judged(given, second=both(given, *second)) == (tier, codes)


def test_where_there_is_no_text_there_is_no_tier():
    assert with_tier(Block("figure"), ASKED) == Block("figure")
