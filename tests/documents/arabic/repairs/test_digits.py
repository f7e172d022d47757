"""Numbers read from the wrong end."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.digits import turn_digits


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("في عام ٤٢٠٢", "في عام ٢٠٢٤"),
        ("بتاريخ ٥٤٤١/٣/٥١ هـ", "بتاريخ ١٥/٣/١٤٤٥ هـ"),
        ("الساعة 54:21 ظهرا", "الساعة 12:45 ظهرا"),
        ("المبلغ 05.000,052,1 ريال", "المبلغ 1,250,000.50 ريال"),
        ("سنة ٦٩٩١ وعددهم ٥٤", "سنة ١٩٩٦ وعددهم ٤٥"),
    ],
)
def test_numbers_are_turned_where_they_can_only_be_meant_so(wrong, right):
    assert turn_digits([wrong], packaged())[0].text == right


@pytest.mark.parametrize(
    "line",
    [
        "في عام ٢٠٢٤", "رقم 6991", "بتاريخ 26/11/2024 سنة 6991", "الساعة 12:45", "المبلغ 1,250,000.50",
        "نسبة 3.5%", "هاتف 0501234567", "year 6991 of nothing", "المادة 0.50 من 10/20", "الآية 2:255",
    ],
)  # fmt: skip
def test_others_are_left(line):
    assert turn_digits([line], packaged()) == [None]
