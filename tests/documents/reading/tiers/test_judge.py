from vanguard.documents.page import Block, Line, Page, Word
from vanguard.documents.reading.tiers.judge import JudgePage
from vanguard.documents.reading.tiers.tier import Thresholds
from vanguard.flow.stage import fingerprint

BLOCK = Block("paragraph", (Line((Word("كتاب", None, 0.8),)),), confidence=0.8)


def test_each_block_gets_its_tier(blobs):
    page = Page(3, 10, 20, (BLOCK, Block("figure")))
    (made,) = JudgePage().process([page], blobs)
    assert [block.tier for block in made.value.blocks] == ["review", None]
    assert (made.value.number, made.label) == (3, "")


def test_thresholds_are_settings():
    lower = JudgePage(Thresholds(accept_confidence=0.7))
    assert lower.judged(Page(1, 1, 1, (BLOCK,))).blocks[0].tier == "accept"
    assert fingerprint(lower) != fingerprint(JudgePage())
