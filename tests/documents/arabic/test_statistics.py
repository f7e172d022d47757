"""Counts of characters by script."""

from vanguard.documents.arabic.statistics import Statistics, statistics


def test_each_kind_of_character_is_counted_once():
    found = statistics("كِتـاب ﻻ Ab é ٣5 \u200f\ue000 ж.")
    assert found == Statistics(
        arabic=4, forms=1, latin=3, others=1, marks=1, digits=2, tatweels=1, controls=1,
        unknown=1, accented=1, spaces=6, rest=1,
    )  # fmt: skip
    assert found.letters == 9
    assert found.arabic_share == 5 / 9


def test_glyphs_that_an_extractor_could_not_name_are_unknown():
    assert statistics("(cid:12)(cid:7)").unknown == 2
    assert statistics("(cid:12)(cid:7)").latin == 0


def test_an_empty_text_has_no_shares():
    assert statistics("").arabic_share == statistics("").unknown_share == 0
