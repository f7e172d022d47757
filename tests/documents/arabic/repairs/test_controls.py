"""What steers the display and is no text."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.controls import strip_controls


def stripped(line):
    change = strip_controls([line], packaged())[0]
    return line if change is None else change.text


@pytest.mark.parametrize(
    "control", "\u200e\u200f\u061c\u202a\u202e\u2066\u2069\ufeff\u200b\u00ad\u2060"
)
def test_controls_go(control):
    assert stripped(f"كتا{control}ب {control}جديد") == "كتاب جديد"


@pytest.mark.parametrize("line", ["می‌خواهم", "👨‍👩‍👧", "ه‍ـ", "كتاب"])
def test_joiners_stay_where_they_mean_something(line):
    assert stripped(line) == line


def test_joiners_at_the_edge_of_a_word_go():
    assert stripped("كتاب\u200c جديد\u200c") == "كتاب جديد"


def test_the_reason_counts():
    assert strip_controls(["\u200fا\u200f"], packaged())[0].why == "2 invisible characters"
