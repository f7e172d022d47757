"""What stands in front of list items."""

import pytest

from vanguard.documents.formats.lists import take_marker


@pytest.mark.parametrize(
    ("text", "marker", "rest"),
    [
        ("• نقطة", "-", "نقطة"),
        ("– نقطة", "-", "نقطة"),
        ("نقطة", "-", "نقطة"),
        ("-5 درجات", "-", "-5 درجات"),
        ("12) بند", "12)", "بند"),
        ("0. بند", "0.", "بند"),
        ("01. بند", "-", "01. بند"),
        ("1.5 متر", "-", "1.5 متر"),
        ("٢. بند", "-", "٢. بند"),
        ("1.", "-", "1."),
    ],
)
def test_markers(text, marker, rest):
    found, left = take_marker(text)
    assert (found.text, left) == (marker, rest)
