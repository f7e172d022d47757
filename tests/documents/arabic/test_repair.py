"""The library as a whole: one fixture for each complaint of the field, and right text left alone."""

import pytest
from bidi.algorithm import get_display
from hypothesis import given
from hypothesis import strategies as st

from support.arabic_texts import DECLARATION, MIXED, OTHERS, VERSES
from support.shapes import shaped
from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repair import NAMES, repair

WORDS = sorted(
    {word for line in DECLARATION for word in line.strip(".،").split() if packaged().lists(word)}
)
LINES = (*DECLARATION, *MIXED)


def turned(line):
    """As an extractor gives it that reads glyphs from left to right."""
    return get_display(line, base_dir="R")


def swapped(line):
    for alef in "اأإآ":
        line = line.replace("ل" + alef, alef + "ل")
    return line


def names(found):
    return {one.name for one in found.repairs}


COMPLAINTS = {
    "whole line reversed": (
        "order", [turned(line) for line in DECLARATION], DECLARATION),
    "whole lines reversed, with numbers, Latin and brackets": (
        "order", [turned(line) for line in (MIXED[0], MIXED[2], MIXED[3])],
        (MIXED[0], MIXED[2], MIXED[3])),
    "only some runs of a page reversed": (
        "order",
        [DECLARATION[0], turned(DECLARATION[1]), "لكل فرد " + turned("الحياة والحرية وسلامة شخصه.")],
        [DECLARATION[0], DECLARATION[1], "لكل فرد الحياة والحرية وسلامة شخصه."]),
    "each word reversed in its place": (
        "order", [" ".join(word[::-1] for word in DECLARATION[2].split())], [DECLARATION[2]]),
    "words right, their order reversed": (
        "order", [".شخصه وسلامة والحرية الحياة في الحق فرد لكل"], [DECLARATION[9]]),
    "vocalised and reversed letter by letter": (
        "order", [line[::-1] for line in VERSES], VERSES),
    "lam-alef swapped": (
        "lam_alef", [swapped(line) for line in DECLARATION], DECLARATION),
    "presentation forms left in": (
        "presentation", [shaped(line) for line in DECLARATION], DECLARATION),
    "presentation forms, and reversed": (
        "order", [shaped(line)[::-1] for line in DECLARATION], DECLARATION),
    "digits and dates reversed": (
        "digits", ["ولد سنة ٦٩٩١ وتوفي في 62/11/4202 وترك 000,52 دينار"],
        ["ولد سنة ١٩٩٦ وتوفي في 2024/11/26 وترك 25,000 دينار"]),
    "brackets and quotation marks mirrored": (
        "brackets", ["المادة )١٢( من »النظام« ]الأساسي["], ["المادة (١٢) من «النظام» [الأساسي]"]),
    "kashida between letters": (
        "tatweel", ["الحمـــد للـه رب العـالميـن"], ["الحمد لله رب العالمين"]),
    "bidi marks and zero-width characters": (
        "controls", ["\u202bالسعر\u202c \u200f12\u200e ريال\ufeff"], ["السعر 12 ريال"]),
    "spaces lost between words": (
        "spaces", ["وبحقوقهم المتساويةالثابتة هو أساسالحرية"], ["وبحقوقهم المتساوية الثابتة هو أساس الحرية"]),
}  # fmt: skip


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_each_complaint_is_mended_and_the_reason_given(complaint):
    name, wrong, right = COMPLAINTS[complaint]
    found = repair(wrong)
    assert list(found.lines) == list(right)
    assert name in names(found)
    assert found.after >= found.before
    assert all(one.why and one.before != one.after for one in found.repairs)


def test_a_broken_glyph_map_is_left_as_it_is_and_stays_implausible():
    wrong = "قغثشص ضصثقف غعهخح جدشسي بلاتن مكطظزو ذثقفغ".replace("لا", "كظ")
    assert repair(wrong).after < 0.5


@pytest.mark.parametrize("line", [*DECLARATION, *VERSES, *MIXED, *OTHERS])
def test_right_text_is_left_alone(line):
    found = repair(line)
    assert found.text == line
    assert found.repairs == ()


def test_right_text_is_left_alone_as_a_whole():
    lines = (*DECLARATION, *VERSES, *MIXED, *OTHERS)
    assert repair(lines).lines == lines


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_listed_words_in_any_order_are_left_alone(words):
    assert repair(" ".join(words)).repairs == ()


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=4),
    st.sampled_from([turned, swapped, shaped]),
)
def test_mended_text_is_not_mended_again(lines, spoiled):
    once = repair([spoiled(line) for line in lines])
    assert repair(once.lines).lines == once.lines


@given(st.text("اﻻل َ\u200f\ufffd(«٣4aé \n.،", max_size=60))
def test_any_text_can_be_given(text):
    found = repair(text)
    assert len(found.lines) == text.count("\n") + 1


def test_a_repair_can_be_left_out():
    assert repair("كتــاب", skip=frozenset({"tatweel"})).text == "كتــاب"
    assert "tatweel" in NAMES


def test_words_of_ones_own_count():
    lexicon = packaged().with_words(["شلاقوتي"])
    assert repair("شالقوتي").repairs == ()
    assert repair("شالقوتي", lexicon=lexicon).text == "شلاقوتي"
