"""The order on paper agrees with python-bidi's own display, which is another implementation."""

import bidi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.documents.synth.layout.order import levels, visual


def displayed(text, base="rtl"):
    return "".join(visual(text, levels(text, base)))


@pytest.mark.parametrize(
    "text",
    [
        "سعر price هو 12.5% في ٢٠٢٤/٠٣/١٥ و 15-03-2024",
        "نص عربي فقط، بلا أرقام.",
        "Latin first ثم عربي 3",
    ],
)
@pytest.mark.parametrize("base", ["rtl", "ltr"])
def test_display(text, base):
    assert displayed(text, base) == bidi.get_display(text, base_dir=base[0].upper())


@given(st.text("ابج abc 12٣٤ -,.%/:", min_size=1, max_size=30).filter(lambda text: text.strip()))
def test_any_text(text):
    assert displayed(text) == bidi.get_display(text, base_dir="R")


def test_control_characters_are_refused():
    with pytest.raises(ValueError, match="control characters"):
        levels("abc \u202b عربي")
