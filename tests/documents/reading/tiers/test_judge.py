import pytest

from vanguard.documents.page import Alternative, Block, Line, Reason, Word
from vanguard.documents.reading.tiers.judge import JudgePage
from vanguard.documents.reading.tiers.tier import Thresholds
from vanguard.documents.reading.values import Answer, PageRead
from vanguard.flow.stage import fingerprint

BLOCK = Block("paragraph", (Line((Word("كتاب", None, 0.85),)),), confidence=0.85, reader="ocr")


def page(*blocks, **more):
    return PageRead(3, 10, 20, blocks, **more)


def answer(text, **more):
    return Answer(0, "vision:x", (Line(tuple(map(Word, text.split()))),), **more)


def test_each_block_gets_its_tier(blobs):
    (made,) = JudgePage().process([page(BLOCK, Block("figure"))], blobs)
    assert [block.tier for block in made.value.blocks] == ["review", None]
    assert (made.value.number, made.label) == (3, "")


def test_what_it_makes_is_a_page_without_what_was_read_on_the_way():
    (block,) = JudgePage().judged(page(BLOCK, answers=(answer("كتاب"),))).blocks
    assert block.tier == "accept"
    assert [reason.code for reason in block.reasons] == ["agreed"]
    assert not hasattr(JudgePage().judged(page(BLOCK)), "answers")


@pytest.mark.parametrize(
    ("prefer", "taken", "other"),
    [
        ("plausible", "كتاب", Alternative("vision:x", "كتابي")),
        ("second", "كتابي", Alternative("ocr", "كتاب", 0.85)),
    ],
)
def test_the_reading_that_is_preferred_is_taken(prefer, taken, other):
    (block,) = JudgePage(prefer=prefer).judged(page(BLOCK, answers=(answer("كتابي"),))).blocks
    assert (block.text, block.tier, block.alternatives) == (taken, "review", (other,))


def test_a_model_that_could_not_be_asked_is_named_on_the_page():
    found = JudgePage().judged(page(BLOCK, model_failed="nobody answers"))
    assert Reason("model_failed", "nobody answers") in found.blocks[0].reasons
    assert JudgePage().judged(page(model_failed="nobody answers")).blocks == ()


def test_thresholds_are_settings():
    lower = JudgePage(Thresholds(accept_confidence=0.6, accept_word=0.6))
    assert lower.judged(page(BLOCK)).blocks[0].tier == "accept"
    assert fingerprint(lower) != fingerprint(JudgePage())
