"""Edits of a JSON object's top level that leave every other byte as it was.

It does not know which fields an API has.
"""

from __future__ import annotations

import re

import msgspec

from vanguard.core.errors import InvalidRequest

_object_decoder: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    dict[str, msgspec.Raw]
)


def set_fields(body: bytes, fields: dict[str, object]) -> bytes:
    """Sets top-level fields; the others keep their raw values and their order."""
    top: dict[str, object] = dict(_object_decoder.decode(body))
    top.update(fields)
    return msgspec.json.encode(top)


def replace_string(body: bytes, field: str, old: str, new: str) -> bytes:
    """Replaces the value of one top-level string field.

    When `"field": "old"` stands once in the body, only those bytes change; otherwise the top level
    is written anew around the untouched raw values.
    """
    if old == new:
        return body
    written = rb'("%b"\s*:\s*)%b' % (re.escape(field.encode()), re.escape(msgspec.json.encode(old)))
    found = re.findall(written, body)
    if len(found) == 1:
        replacement = msgspec.json.encode(new)
        return re.sub(written, lambda match: match.group(1) + replacement, body, count=1)
    return set_fields(body, {field: new})


def put_field(body: bytes, field: str, value: object) -> bytes:
    """Sets a top-level field: right after the opening brace where it is new, else in its place.

    A field that stands there as null must not stand there twice: readers take the last one.
    """
    if b'"%b"' % field.encode() in body:
        return set_fields(body, {field: value})
    start = body.index(b"{") + 1
    rest = body[start:]
    comma = b"" if rest.lstrip().startswith(b"}") else b","
    return b'%b"%b":%b%b%b' % (
        body[:start],
        field.encode(),
        msgspec.json.encode(value),
        comma,
        rest,
    )


def invalid_body(error: msgspec.MsgspecError) -> InvalidRequest:
    """The refusal of a body that is not JSON or has a field of the wrong type, with that field."""
    message = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return InvalidRequest(f"the body is not valid JSON: {message}")
    if "`$." in message:
        return InvalidRequest(message, param=message.rsplit("`$.", 1)[1].rstrip("`"))
    if "missing required field" in message:
        return InvalidRequest(message, param=message.rsplit("`", 2)[1])
    return InvalidRequest(message)
