"""Both cases of Google's names, and objects where lists are meant."""

from __future__ import annotations

import json

import msgspec
import pytest

from vanguard.wire.google_generate import camel, snake, tidy


def tidied(value):
    return json.loads(bytes(tidy(json.dumps(value).encode())))


@pytest.mark.parametrize("name", ["maxOutputTokens", "contents", "topK", "responseJsonSchema"])
def test_a_name_comes_back_from_the_other_case(name):
    assert camel(snake(name)) == name
    assert camel(name) == name


def test_every_known_name_is_put_in_camel_case_and_what_is_the_users_own_stays():
    found = tidied(
        {
            "system_instruction": {"parts": {"text": "s"}},
            "contents": {"parts": {"function_call": {"name": "f", "args": {"my_name": 1}}}},
            "generation_config": {"response_schema": {"my_field": 1}, "stop_sequences": "x"},
            "tools": {"function_declarations": {"name": "f", "parameters": {"a_b": 1}}},
            "labels": {"a_b": "c"},
        }
    )
    assert found == {
        "systemInstruction": {"parts": [{"text": "s"}]},
        "contents": [{"parts": [{"functionCall": {"name": "f", "args": {"my_name": 1}}}]}],
        "generationConfig": {"responseSchema": {"my_field": 1}, "stopSequences": ["x"]},
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"a_b": 1}}]}],
        "labels": {"a_b": "c"},
    }
    assert tidied(found) == found


def test_null_stays_null():
    assert tidied({"tools": None, "contents": []}) == {"tools": None, "contents": []}


def test_what_is_not_json_is_refused():
    with pytest.raises(msgspec.DecodeError):
        tidy(b'{"contents"')
