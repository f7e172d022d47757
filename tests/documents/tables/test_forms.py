from decimal import Decimal

import pytest

from vanguard.documents.tables.forms import is_number, is_regular, mended, value


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("42", "42"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("٣٬٢١٤٫٠٠", "3214.00"),
        ("٢٫٩", "2.9"),
        ("12,345", "12345"),
        ("12,34", "12.34"),
        ("38.8%", "38.8"),
        ("(1,200)", "-1200"),
        ("-7", "-7"),
    ],
)
def test_numbers_are_worth_what_they_say(text, worth):
    assert is_regular(text)
    assert value(text) == Decimal(worth)


@pytest.mark.parametrize("text", ["", "12a", "سنة", "12٣", "1 2", ".", "5/"])
def test_other_text_is_no_number(text):
    assert not is_number(text)
    assert value(text) is None


@pytest.mark.parametrize("text", ["1,23,456", "12,3456,789", "1234,567,890", "1.2,3.4"])
def test_odd_groups_are_seen(text):
    assert is_number(text)
    assert not is_regular(text)
    assert value(text) is None


@pytest.mark.parametrize("text", ["09/03/1999", "٢٠٢٤-٠١-٣١", "12:30"])
def test_dates_and_times_are_numbers_without_worth(text):
    assert is_regular(text)
    assert value(text) is None


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("٨٣٬٥٦٤٬٠٠", "٨٣٬٥٦٤٫٠٠"),
        ("٨٣٫٥٦٤٫٠٠", "٨٣٬٥٦٤٫٠٠"),
        ("١٫٢٣٤٫٥٦٧", "١٬٢٣٤٬٥٦٧"),
        ("٢٬٩", "٢٫٩"),
        ("٣٬٧٢٢", "٣٬٧٢٢"),
        ("٣٫٧٢٢", "٣٫٧٢٢"),
        ("1,234.5", "1,234.5"),
        ("نص", "نص"),
    ],
)
def test_arabic_separators_are_told_apart_by_the_groups(read, meant):
    assert mended(read) == meant
