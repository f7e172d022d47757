"""The strict form: what cannot be seen is folded, nothing else."""

import pytest

from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.sources import markdown


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\ufe8e\ufedf\ufbff", "ال\u06cc"),
        ("\u200fأ\u200c\n  ب", "أ ب"),
        ("١٬٠٠٠٫٥", "١,٠٠٠.٥"),
        ("ا\u0654", "أ"),
    ],
)
def test_what_looks_the_same_is_the_same(before, after):
    assert strict.normal(before) == after


@pytest.mark.parametrize("text", ["أ", "إ", "ة", "ى", "هُدًى", "كتـاب", "١٢٣ 123", "A a", "«،»"])
def test_what_looks_different_stays_different(text):
    assert strict.normal(text) == text


def test_once_is_enough():
    text = "\ufef7 \u200f١٬٢  ا\u0653"
    assert strict.normal(strict.normal(text)) == strict.normal(text)


def test_tables_are_text_and_trees():
    content = markdown.content("قبل\n\n| أ\u200f | ب |\n|---|---|\n| ١ | ٢ |")
    assert strict.FORM.text(content) == strict.FORM.whole(content) == "قبل أ ب ١ ٢"
    assert strict.FORM.body(content) == "قبل"
    (tree,) = strict.FORM.tables(content)
    assert [cell.content for cell in tree.children[0].children[0].children] == ["أ", "ب"]
    assert {cell.tag for row in tree.children[0].children for cell in row.children} == {"td"}
