"""Each rule about letters on its own."""

import pytest

from vanguard.documents.evaluate import letters


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (letters.composed, "\u0627\u0654", "أ"),
        (letters.composed, "ب\u064f\u0651", "ب\u064f\u0651"),
        (letters.composed, "ب\u0651\u064f", "ب\u064f\u0651"),
        (letters.visible, "\u200fأ\u200bب\u061c\u2067ت\ufeff", "أبت"),
        (letters.visible, "أ ب", "أ ب"),
        (letters.base_letters, "\ufedf\ufe8e\ufef5", "لالآ"),
        (letters.base_letters, "x\u00b2", "x\u00b2"),
        (letters.separators, "١٬٢٣٤٫٥", "١,٢٣٤.٥"),
        (letters.separators, "٫ ٥٬", "٫ ٥٬"),
        (letters.unmarked, "هُدًى مُحَمَّدٌ الرَّحْمٰن", "هدى محمد الرحمن"),
        (letters.unmarked, "ا\u0653 و\u0654", "ا\u0653 و\u0654"),
        (letters.unstretched, "كتـــاب", "كتاب"),
        (letters.folded_digits, "١٢ ۴۵ 67", "12 45 67"),
        (letters.folded_arabic_digits, "١٢ ۴۵", "12 ۴۵"),
        (letters.spaced, " أ \n\t ب\u00a0ج ", "أ ب ج"),
    ],
)
def test_a_rule_does_one_thing(rule, before, after):
    assert rule(before) == after
