"""What OpenAI's two APIs carry between them."""

from __future__ import annotations

import msgspec
import pytest

from vanguard.dialects.conversation import Foreign
from vanguard.dialects.openai_common.shared import carried

CHAT, RESPONSES = "openai_chat", "openai_responses"


@pytest.mark.parametrize(
    ("dialect", "path", "target", "expected"),
    [
        (CHAT, "verbosity", RESPONSES, "text.verbosity"),
        (RESPONSES, "text.verbosity", CHAT, "verbosity"),
        (RESPONSES, "text.verbosity", RESPONSES, "text.verbosity"),
        (CHAT, "metadata", RESPONSES, "metadata"),
        (RESPONSES, "service_tier", CHAT, "service_tier"),
        (CHAT, "logit_bias", RESPONSES, ""),
        (CHAT, "logit_bias", CHAT, "logit_bias"),
        (CHAT, "messages[0].audio", CHAT, ""),
        (RESPONSES, "truncation", CHAT, ""),
        ("anthropic_messages", "service_tier", CHAT, ""),
        ("anthropic_messages", "metadata", RESPONSES, ""),
    ],
)
def test_each_field_has_its_place_or_none(
    dialect: str, path: str, target: str, expected: str
) -> None:
    assert carried(Foreign(dialect, path, msgspec.Raw(b"1")), target) == expected
