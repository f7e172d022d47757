import msgspec
import pytest

from vanguard.documents.page import Block, Box, Cell, Document, Line, Page, Reason, Table, Word
from vanguard.documents.service.corrected import Decided
from vanguard.documents.service.tasks import decision_of, doubt_of, subject_of, tasks_of


def block(text="نص", *, sure=0.6, tier="review", **more):
    words = tuple(Word(one, Box(0, 0, 1, 1), sure) for one in text.split())
    return Block("paragraph", (Line(words),), Box(1, 2, 3, 4), confidence=sure, tier=tier, **more)


def table(*doubts, tier="accept", sure=0.9):
    cells = (Cell(0, 0, (Line((Word("12"),)),), doubts=doubts),)
    return Block("table", table=Table(1, 1, cells), confidence=sure, tier=tier)


def tasks(*blocks):
    return list(tasks_of(Document((Page(3, 100, 200, blocks),), "a.pdf"), "doc_1", "deeds"))


def test_doubt_rises_with_uncertainty_and_with_checks_that_fail():
    assert doubt_of(block(sure=0.6)) == pytest.approx(0.4)
    assert doubt_of(block(sure=0.2, tier="reject")) == pytest.approx(0.8)
    assert doubt_of(block(sure=0.99, tier="accept")) is None
    assert doubt_of(block(tier=None)) is None
    assert doubt_of(table()) is None
    assert doubt_of(table("sums")) == pytest.approx(0.55)
    assert doubt_of(table("sums", sure=0.6, tier="review")) == pytest.approx(0.7)
    assert doubt_of(Block("figure", tier="reject")) is None


def test_a_task_has_what_a_reviewer_needs():
    (task,) = tasks(
        block(tier="accept"),
        block("رقم ٣٥", reasons=(Reason("unsure_words", "one"),), reader="tesseract:ara"),
    )
    assert (task.queue, task.kind, task.subject) == ("deeds", "documents.block", "doc_1/p3/b1")
    assert task.tags == ("digits",)
    assert task.payload == {
        "document": "doc_1",
        "name": "a.pdf",
        "page": 3,
        "block": 1,
        "kind": "paragraph",
        "box": [1, 2, 3, 4],
        "page_size": [100, 200],
        "text": "رقم ٣٥",
        "words": [
            {"text": "رقم", "box": [0, 0, 1, 1], "confidence": 0.6},
            {"text": "٣٥", "box": [0, 0, 1, 1], "confidence": 0.6},
        ],
        "confidence": 0.6,
        "reader": "tesseract:ara",
        "tier": "review",
        "reasons": [{"code": "unsure_words", "says": "one"}],
        "alternatives": [],
        "direction": "rtl",
    }


def test_tags_say_what_kind_of_doubt_it_is():
    (vocalised, sure_digits, a_table) = tasks(
        block("بِسْمِ اللَّهِ"), block("٣٥", sure=0.9), table("row sums do not add up")
    )
    assert vocalised.tags == ("vocalised",)
    assert sure_digits.tags == ()
    assert a_table.tags == ("table",)
    says = "row 1, column 1: row sums do not add up"
    assert a_table.payload["reasons"] == [{"code": "failed_check", "says": says}]
    assert a_table.payload["words"] == [{"text": "12", "box": None, "confidence": None}]


def test_a_block_too_long_for_a_task_loses_its_words_and_then_its_task(monkeypatch):
    monkeypatch.setattr("vanguard.documents.service.tasks.MOST_PAYLOAD_BYTES", 8_000)
    (long, longest) = block("word " * 300), block("word " * 2_000)
    (task,) = tasks(long, longest)
    assert task.payload["words"] == []
    assert len(msgspec.json.encode(task.payload)) <= 8_000
    assert task.subject.endswith("b0")


def test_a_decision_is_about_a_block():
    assert subject_of("doc_1", 3, 0) == "doc_1/p3/b0"
    place = "doc_1/p3/b7"
    assert decision_of(place, "accept", None) == Decided(3, 7, "accept")
    assert decision_of(place, "correct", {"text": "x"}) == Decided(3, 7, "correct", "x")
    assert decision_of(place, "reject", None) == Decided(3, 7, "reject")


@pytest.mark.parametrize(
    ("subject", "verdict", "value"),
    [
        ("film_1/f3", "accept", None),
        ("doc_1/p0/b1", "accept", None),
        ("doc_1/p1/b1/x", "accept", None),
        ("doc_1/p1/b1", "skip", None),
        ("doc_1/p1/b1", "correct", {"other": 1}),
        ("doc_1/p1/b1", "correct", {"text": 5}),
        ("doc_1/p1/b1", "correct", "text"),
    ],
)
def test_what_is_about_something_else_is_none(subject, verdict, value):
    assert decision_of(subject, verdict, value) is None
