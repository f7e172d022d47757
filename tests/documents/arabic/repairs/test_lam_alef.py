"""Swapped lam-alef."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.lam_alef import mended, swaps, unswap_lam_alef


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("اإلنسان", "الإنسان"), ("األمم", "الأمم"), ("اآلن", "الآن"), ("االجتماعية", "الاجتماعية"),
        ("واألسرة", "والأسرة"), ("عقالً", "عقلاً"), ("االحتالل", "الاحتلال"),
    ],
)  # fmt: skip
def test_words_that_are_none_are_mended(wrong, right):
    assert mended(wrong, packaged()) == right


@pytest.mark.parametrize(
    "word", ["قال", "المال", "إلى", "ألم", "ألف", "الذي", "رجال", "أعمال", "عالم", "آلاف"]
)
def test_words_that_are_some_are_not(word):
    assert mended(word, packaged()) is None


def test_a_text_that_swaps_decides_what_could_be_both():
    wrong = ["ثالثة أعضاء من األمم المتحدة", "عالقة اإلنسان خالل العالم", "ال أحد"]
    assert [change.text for change in unswap_lam_alef(wrong, packaged())] == [
        "ثلاثة أعضاء من الأمم المتحدة", "علاقة الإنسان خلال العالم", "لا أحد",
    ]  # fmt: skip


def test_in_a_text_that_writes_ligatures_right_both_stay():
    lines = ["المرة الثالثة", "ثالثة عالقة لا تزول", "الأمم والإنسان"]
    assert unswap_lam_alef(lines, packaged()) == [None, None, None]


def test_the_reason_names_the_words():
    change = unswap_lam_alef(["حقوق اإلنسان"], packaged())[0]
    assert change.why == "swapped lam-alef: اإلنسان → الإنسان"


def test_every_pair_may_be_swapped():
    assert list(swaps("االحتالل")) == ["الاحتالل", "االحتلال", "الاحتلال"]
