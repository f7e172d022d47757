"""Every dialect that passes through has its text slots."""

from __future__ import annotations

from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.text.registry import TEXT_SLOTS


def test_every_dialect_has_text_slots() -> None:
    assert TEXT_SLOTS.keys() == PASS_THROUGHS.keys()
