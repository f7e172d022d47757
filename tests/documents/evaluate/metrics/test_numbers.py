"""Numbers, exactly."""

import pytest

from vanguard.documents.evaluate.metrics.numbers import Numbers, compare, folded, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("في ١٢٬٥٠٠٫٧٥ ريالا، و12.5%.", ["١٢٬٥٠٠٫٧٥", "12.5"]),
        ("١٩٩٦/٥/١٢ و10:30 و١٠-١٢", ["١٩٩٦/٥/١٢", "10:30", "١٠-١٢"]),
        ("رقم۴۵.", ["۴۵"]),
        ("بلا", []),
    ],
)
def test_a_number_keeps_its_separators(text, found):
    assert tokens(text) == found


def test_folding_makes_one_set_of_digits():
    assert folded("١٢٬٥٠٠٫۷") == "12,500.7"


def test_numbers_count_as_often_as_they_stand_there():
    assert compare("٥ ٥ ٧", "٥ ٧ ٧ ٩", fold=False) == Numbers(right=2, truth=4, predicted=3)


def test_only_folded_does_the_set_of_digits_not_matter():
    assert compare("12", "١٢", fold=False).right == 0
    assert compare("12", "١٢", fold=True).right == 1


def test_a_reversed_date_is_wrong():
    assert compare("١٢/٥/١٩٩٦", "١٩٩٦/٥/١٢", fold=True).right == 0
