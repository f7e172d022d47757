"""Seals of any family in a blob, there and back."""

from __future__ import annotations

from base64 import b64decode, b64encode

from hypothesis import given
from hypothesis import strategies as st

from vanguard.dialects.bedrock_converse.blobs import from_blob, to_blob
from vanguard.dialects.seals import Seal, enclose

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(texts | st.binary(max_size=12).map(lambda raw: b64encode(raw).decode()))
def test_whatever_it_holds_an_sdk_can_decode_it_and_it_comes_back(data: str) -> None:
    blob = to_blob(data)
    b64decode(blob, validate=True)
    assert from_blob(blob) == data


def test_claudes_own_stay_as_they_are_and_envelopes_do_not() -> None:
    assert to_blob("EmwKAhgB") == "EmwKAhgB"
    envelope = enclose(Seal("openai_responses", "gAAA_-x"))
    assert to_blob(envelope) != envelope
    assert from_blob(to_blob(envelope)) == envelope
    assert from_blob("not base64!") == "not base64!"
