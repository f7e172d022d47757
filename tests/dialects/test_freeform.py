"""Free text as a function's argument."""

from __future__ import annotations

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vanguard.dialects import freeform

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_wrapped_text_comes_back(text: str) -> None:
    assert json.loads(freeform.wrap(text)) == {"input": text}
    assert freeform.unwrap(freeform.wrap(text)) == text


@given(st.lists(texts))
def test_pieces_joined_are_the_whole(pieces: list[str]) -> None:
    joined = freeform.HEAD + "".join(map(freeform.piece, pieces)) + freeform.TAIL
    assert freeform.unwrap(joined) == "".join(pieces)


def test_bare_text_and_other_json_stay_what_they_are() -> None:
    for text in ("*** Begin Patch", "{", '{"patch":"x"}', '{"input":1}', ""):
        assert freeform.unwrap(text) == text


def test_a_grammar_becomes_advice() -> None:
    grammar = msgspec.Raw(b'{"type":"grammar","syntax":"lark","definition":"start: x"}')
    schema = json.loads(bytes(freeform.schema(grammar)))
    assert schema["required"] == ["input"]
    assert "lark grammar:\nstart: x" in schema["properties"]["input"]["description"]
    plain = json.loads(bytes(freeform.schema(None)))
    assert "grammar" not in plain["properties"]["input"]["description"]
    assert json.loads(bytes(freeform.schema(msgspec.Raw(b"[]")))) == plain
