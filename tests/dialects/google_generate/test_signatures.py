"""Seals on their way through Google's field, and Google's through others'."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.dialects import seals
from vanguard.dialects.conversation import RedactedThinking, Thinking
from vanguard.dialects.google_generate.signatures import (
    carried,
    enclosed,
    googles,
    opened,
    redacted,
)

SIGNATURES = st.binary(min_size=1, max_size=30).filter(lambda raw: not raw.startswith(b"vgs1."))


@given(SIGNATURES, st.sampled_from(["call", "text", "thought"]))
def test_googles_own_comes_back_as_it_was_with_its_place(raw, place):
    signature = base64.b64encode(raw).decode()
    envelope = enclosed(signature, place)
    assert googles(envelope) == (signature, place)
    assert carried(envelope) == signature
    assert opened(signature, "x", place) == Thinking("x", envelope)
    # another family does not mistake it for its own
    assert seals.claudes(envelope) == ""


@given(st.text(st.characters(codec="ascii", exclude_characters="."), min_size=1, max_size=40))
def test_claudes_comes_back_bare_from_either_alphabet_and_without_padding(signature):
    written = carried(signature)
    for form in (written, written.rstrip("="), written.translate(str.maketrans("+/", "-_"))):
        assert opened(form, "thought", "thought") == Thinking("thought", signature)
    sealed = carried(signature, "redacted")
    assert opened(sealed, "", "thought") == RedactedThinking(signature)
    assert redacted(enclosed(sealed, "thought")) == signature


def test_the_seal_of_a_third_family_keeps_its_envelope():
    envelope = seals.enclose(seals.Seal("openai_responses", "gAAA", "redacted", item="rs_1"))
    assert opened(carried(envelope), "", "text") == RedactedThinking(envelope)


@pytest.mark.parametrize("signature", ["", "not base64!", "AAAA", "====", "dmdzMS5ub25zZW5zZQ=="])
def test_what_is_no_envelope_is_taken_for_googles(signature):
    assert googles(enclosed(signature, "call")) == (signature, "call")
    assert redacted(enclosed(signature, "call")) is None
