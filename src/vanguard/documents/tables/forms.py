"""What numbers look like: thousands in groups, decimals, percents, dates, in Latin or Arabic digits.

It does not know readers or tables.
"""

from __future__ import annotations

import re
from decimal import Decimal

_ARABIC = "٠١٢٣٤٥٦٧٨٩"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_FOLD = str.maketrans(_ARABIC + _PERSIAN, "0123456789" * 2)
_SETS = (re.compile("[0-9]"), re.compile("[٠-٩]"), re.compile("[۰-۹]"))
_SIGNS = re.compile(r"^[(+\-−]?|[%٪)]*$")
_NUMBER = re.compile(r"[(+\-−]?\d+(?:[.,٫٬،]\d+)*\)?[%٪]?|[%٪]\d+(?:[.,٫٬،]\d+)*")
_DATE = re.compile(r"\d{1,4}([/\-.])\d{1,2}\1\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?")
_SEPARATORS = re.compile("[.,٫٬،]")
_THOUSANDS, _DECIMAL = "٬", "٫"


def is_number(text: str) -> bool:
    """Whether it is one number, date or time in digits of one set, and nothing else."""
    if sum(bool(digits.search(text)) for digits in _SETS) != 1:
        return False
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def is_regular(text: str) -> bool:
    """Whether a number's groups are as people write them: 1,234,567.89 and not 12,34,5."""
    if not is_number(text):
        return False
    if _DATE.fullmatch(text):
        return True
    bare = text.strip("()+-−%٪")
    marks, groups = _SEPARATORS.findall(bare), _SEPARATORS.split(bare)
    if not marks:
        return True
    decimal = len(marks) == 1 or marks[-1] != marks[0]
    whole = groups[:-1] if decimal else groups
    if len(set(marks[:-1])) > 1:
        return False
    grouped = len(whole[0]) <= 3 and all(len(group) == 3 for group in whole[1:])
    return len(whole) == 1 or grouped


def value(text: str) -> Decimal | None:
    """What a number is worth, 12% being 12; None for dates, and where separators can't be told."""
    if not is_regular(text) or _DATE.fullmatch(text):
        return None
    negative = text.startswith(("(", "-", "−"))
    bare = text.strip("()+-−%٪").translate(_FOLD)
    marks, groups = _SEPARATORS.findall(bare), _SEPARATORS.split(bare)
    if marks and (len(marks) == 1 or marks[-1] != marks[0]) and _is_decimal(marks, groups):
        found = Decimal("".join(groups[:-1]) + "." + groups[-1])
    else:
        found = Decimal("".join(groups))
    return -found if negative else found


def _is_decimal(marks: list[str], groups: list[str]) -> bool:
    if len(marks) > 1 or marks[-1] in ".٫":
        return True
    return marks[-1] != _THOUSANDS and len(groups[-1]) != 3


def mended(text: str) -> str:
    """An Arabic number whose separators are told apart by the length of their groups.

    ٬ and ٫ look alike in print: readers take one for the other, and a group of one or two digits
    at the end is no thousand. Other numbers are as they were.
    """
    if not is_number(text) or not re.search("[٫٬]", text) or re.search("[.,،]", text):
        return text
    groups = re.split("[٫٬]", text)
    marks = re.findall("[٫٬]", text)
    digits = len(re.sub(r"\D", "", groups[-1]))
    if digits < 3:
        marks = [_THOUSANDS] * (len(marks) - 1) + [_DECIMAL]
    elif digits == 3 and len(marks) > 1:
        marks = [_THOUSANDS] * len(marks)
    elif digits > 3:
        marks = [*([_THOUSANDS] * (len(marks) - 1)), _DECIMAL]
    return "".join(part for pair in zip(groups, [*marks, ""], strict=True) for part in pair)
