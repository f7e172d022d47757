"""Vowels: wrong ones, invented ones, lost ones."""

import pytest

from vanguard.documents.evaluate.metrics import marks
from vanguard.documents.evaluate.metrics.marks import Marks, compare


@pytest.mark.parametrize(
    ("read", "true", "found"),
    [
        ("كتب", "كتب", Marks(letters=3)),
        ("كَتَبَ", "كَتَبَ", Marks(letters=3)),
        ("كَتَبَ", "كتب", Marks(letters=3, wrong=3, invented=3)),
        ("كتب", "كَتبّ", Marks(letters=3, wrong=2, lost=2)),
        ("كِتب", "كَتب", Marks(letters=3, wrong=1)),
        ("بّ\u064e", "ب\u064e\u0651", Marks(letters=1)),
        ("كُتب زائد", "كُتب", Marks(letters=3)),
        ("مَتب", "كتب", Marks(letters=3, wrong=1, invented=1)),
        ("", "كَتب", Marks()),
        ("12 abc\u064e", "12 abc", Marks()),
    ],
)
def test_marks_are_compared_letter_by_letter(read, true, found):
    from vanguard.documents.evaluate.forms.strict import normal

    assert compare(normal(read), normal(true)) == found


def test_a_mark_before_any_letter_is_no_letter():
    assert compare("\u064eب", "ب") == Marks(letters=1)


def test_a_runaway_is_not_aligned(monkeypatch):
    monkeypatch.setattr(marks, "MAX_PRODUCT", 5)
    assert compare("كتب", "كتب").skipped
