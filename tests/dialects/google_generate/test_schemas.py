"""Google's schemas as JSON schema."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.google_generate.schemas import json_schema


def converted(schema: object) -> object:
    return msgspec.json.decode(json_schema(Raw(msgspec.json.encode(schema)), "p"))


@pytest.mark.parametrize(
    ("googles", "expected"),
    [
        ({"type": "STRING"}, {"type": "string"}),
        ({"type": "STRING", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "STRING", "format": "enum", "enum": ["a"], "nullable": True},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"type": "STRING", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "NUMBER", "format": "float"}, {"type": "number"}),
        (
            {"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": "1", "maxItems": "3"},
            {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
        ),
        (
            {
                "type": "OBJECT",
                # names of properties are the user's, whatever they are
                "properties": {"type": {"type": "STRING"}, "format": {"type": "BOOLEAN"}},
                "required": ["type"],
                "propertyOrdering": ["format", "type"],
            },
            {
                "type": "object",
                "properties": {"type": {"type": "string"}, "format": {"type": "boolean"}},
                "required": ["type"],
            },
        ),
        (
            {"any_of": [{"type": "NULL"}, {"type": "STRING"}]},
            {"anyOf": [{"type": "null"}, {"type": "string"}]},
        ),
        ({"type": "TYPE_UNSPECIFIED"}, {}),
        ({"type": "STRING", "example": "x"}, {"type": "string", "examples": ["x"]}),
        (
            {"ref": "#/defs/a", "defs": {"a": {"type": "STRING"}}},
            {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}},
        ),
    ],
)
def test_each_word(googles, expected):
    assert converted(googles) == expected


def test_what_is_nested_without_end_is_refused():
    schema: dict = {"type": "STRING"}
    for _ in range(80):
        schema = {"type": "ARRAY", "items": schema}
    with pytest.raises(InvalidRequest) as caught:
        converted(schema)
    assert caught.value.param == "p"
