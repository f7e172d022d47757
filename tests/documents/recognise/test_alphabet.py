import pytest

from vanguard.documents.recognise.alphabet import CLASSES, LETTERS, OTHER, classes, painted, typed


def test_letters_are_classes_after_the_blank_and_come_back():
    said = classes("1,204.50")
    assert all(0 < one < CLASSES for one in said)
    assert painted(said) == "1,204.50"
    assert painted(classes("٨٣٬٥٦٤٫٠٠")) == "٨٣٬٥٦٤٫٠٠"
    assert len(set(LETTERS)) == len(LETTERS)


def test_a_run_of_letters_is_one_sign_and_signs_of_percent_are_one():
    assert painted(classes("Total")) == OTHER
    assert painted(classes("12kg")) == f"12{OTHER}"
    assert painted(classes("٪٣٨")) == "%٣٨"


def test_three_digits_tell_persian_from_arabic():
    assert painted(classes("۱۴۰۵")) == "۱۴۰۵"
    assert painted(classes("۱۲۳")) == "١٢٣"  # drawn alike


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("1,204.50", "1,204.50"),
        ("٨٣٬٥٦٤٫٠٠", "٨٣٬٥٦٤٫٠٠"),
        ("%٣٨٫٥", "٣٨٫٥%"),
        ("38.5%", "38.5%"),
        ("%38.5", "38.5%"),
        ("٠٥/٠١/٢٠٢٤", "٠٥/٠١/٢٠٢٤"),
        ("٢٠٢٤-٠١-٠٥", "٠٥-٠١-٢٠٢٤"),
        ("2024-01-05", "2024-01-05"),
        ("(١٢)", "(١٢)"),
        ("(١", "١)"),
        ("12-", "-12"),
        ("،٢٠٢٤", "٢٠٢٤،"),
    ],
)
def test_what_is_painted_is_put_in_the_order_of_typing(seen, meant):
    assert typed(seen) == meant


def test_behind_an_arabic_letter_signs_of_latin_digits_turn_too():
    assert typed("05-07-2004", after_arabic=True) == "2004-07-05"
    assert typed(".05-07-2004", after_arabic=True) == "2004-07-05."
    assert typed("1,204.50", after_arabic=True) == "1,204.50"
