"""Shapes become letters."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.presentation import fold_presentation


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("ﺍﻟﻜﺘﺎﺏ", "الكتاب"), ("ﻻ ﺇﻟﻪ", "لا إله"), ("ﷲ", "الله"), ("ﺳﻶﻡ ﷺ", "سلآم ﷺ")],
)
def test_shapes_become_letters(wrong, right):
    assert fold_presentation([wrong], packaged())[0].text == right


def test_symbols_stay():
    assert fold_presentation(["محمد ﷺ ٥٠ ﷼ ﷽"], packaged()) == [None]
