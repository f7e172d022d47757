"""The lenient form: no marks, no tatweel, one set of digits."""

import pytest

from vanguard.documents.evaluate.forms import lenient, strict
from vanguard.documents.evaluate.sources import markdown


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("هُدًى", "هدى"),
        ("كتـــاب", "كتاب"),
        ("١٢٫٥ و۴", "12.5 و4"),
        ("أ إ آ ة ى", "أ إ آ ة ى"),
        ("أ \u064e ب", "أ ب"),
        ("\ufe8e\ufedf", "ال"),
    ],
)
def test_it_folds_marks_tatweel_and_digits_alone(before, after):
    assert lenient.normal(before) == after


def test_it_starts_with_the_strict_rules():
    assert lenient.RULES[: len(strict.RULES)] == strict.RULES


def test_tables_are_folded_too():
    content = markdown.content("قبل\n\n<table><tr><td>هُنا ١</td></tr></table>")
    (tree,) = lenient.FORM.tables(content)
    assert tree.children[0].children[0].children[0].content == "هنا 1"
    assert lenient.FORM.text(content) == "قبل هنا 1"
    assert lenient.FORM.body(content) == "قبل"
