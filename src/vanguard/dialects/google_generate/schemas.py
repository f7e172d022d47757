"""Google's own schema language turned into JSON schema, which other APIs take.

It does not know what a schema is for. Google's is OpenAPI 3.0's subset with names of types in capitals
and counts as strings (Gemini API reference, Schema, 2026-11). The other way needs nothing: Google takes
JSON schema in fields of its own.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest

_DEPTH = 64
_COUNTS = frozenset(
    {"minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength"}
)
# order is of no meaning to a validator, and examples are called otherwise
_DROPPED = frozenset({"propertyOrdering", "property_ordering", "nullable", "example", "format"})
# formats that say the width of a number, not the form of a string
_NUMBER_FORMATS = frozenset({"float", "double", "int32", "int64"})


def json_schema(raw: Raw, path: str) -> Raw:
    """The same schema in JSON schema.

    Raises:
        InvalidRequest: nested too deeply; `path` names the field.
    """
    return Raw(msgspec.json.encode(_converted(msgspec.json.decode(raw), path, 0)))


def _converted(schema: object, path: str, depth: int) -> object:
    if depth > _DEPTH:
        raise InvalidRequest(f"{path}: the schema is nested too deeply", param=path)
    if not isinstance(schema, dict):
        return schema
    found: dict[str, object] = {}
    for name, value in schema.items():
        if name in {"properties", "defs", "$defs"} and isinstance(value, dict):
            inner = {one: _converted(below, path, depth + 1) for one, below in value.items()}
            found["$defs" if name == "defs" else name] = inner
        elif name in {"items", "additionalProperties"}:
            found[name] = _converted(value, path, depth + 1)
        elif name in {"anyOf", "any_of", "prefixItems"} and isinstance(value, list):
            place = "anyOf" if name == "any_of" else name
            found[place] = [_converted(one, path, depth + 1) for one in value]
        elif name in _COUNTS and isinstance(value, str) and value.isdecimal():
            found[name] = int(value)
        elif name not in _DROPPED:
            found["$ref" if name == "ref" else name] = _pointed(name, value)
    _name_type(found, schema)
    return found


def _pointed(name: str, value: object) -> object:
    """References point to where the definitions stand in JSON schema."""
    if name == "ref" and isinstance(value, str):
        return value.replace("#/defs/", "#/$defs/", 1)
    return value


def _name_type(found: dict[str, object], schema: dict[str, object]) -> None:
    kind = found.get("type")
    if isinstance(kind, str):
        kind = kind.lower()
        found["type"] = kind
    if schema.get("nullable") is True and isinstance(kind, str):
        found["type"] = [kind, "null"]
        if isinstance(found.get("enum"), list):
            found["enum"] = [*list(found["enum"]), None]  # type: ignore[call-overload]
    if kind == "type_unspecified":
        del found["type"]
    form = schema.get("format")
    if isinstance(form, str) and form not in _NUMBER_FORMATS and form != "enum":
        found["format"] = form
    if "example" in schema:
        found["examples"] = [schema["example"]]
