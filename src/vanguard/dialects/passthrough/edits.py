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


_LETTER_ESCAPE = re.compile(rb"\\u00(?:[456]|7[0-9aA])")
# what decoding a stranger's bytes may raise
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def set_fields(body: bytes, fields: dict[str, object]) -> bytes:
    """Sets top-level fields; the others keep their raw values and their order."""
    top: dict[str, object] = dict(_object_decoder.decode(body))
    top.update(fields)
    return msgspec.json.encode(top)


def replace_string(body: bytes, field: str, old: str, new: str) -> bytes:
    """Sets the value of one top-level string field; only that value's bytes change, if any.

    A body whose names stand twice or hide behind escapes is read differently by different servers:
    its top level is written anew around the untouched raw values, each name once.
    """
    if hides_letters(body) or not stands_once(body, field):
        return set_fields(body, {field: new})
    if old == new:
        return body
    written = rb'("%b"\s*:\s*)%b' % (re.escape(field.encode()), re.escape(msgspec.json.encode(old)))
    places = list(re.finditer(written, body))
    if len(places) == 1:
        start, stop = places[0].end(1), places[0].end()
        changed = body[:start] + msgspec.json.encode(new) + body[stop:]
        if _top_string(changed, field) == new:
            return changed
    return set_fields(body, {field: new})


def stands_once(body: bytes, field: str) -> bool:
    """Whether a name stands at most once at the top level (raw values are not looked into twice)."""
    name = b'"%b"' % field.encode()
    everywhere = body.count(name)
    if everywhere <= 1:
        return True
    inside = sum(bytes(raw).count(name) for raw in _object_decoder.decode(body).values())
    return everywhere - inside <= 1


def _top_string(body: bytes, field: str) -> str | None:
    raw = _object_decoder.decode(body).get(field)
    return None if raw is None else msgspec.json.decode(raw, type=str)


def once(body: bytes, *names: str) -> bytes:
    """The body with each of these top-level names at most once, the last one's value kept."""
    if all(stands_once(body, name) for name in names):
        return body
    return set_fields(body, {})


def hides_letters(body: bytes) -> bool:
    """Whether an ASCII letter stands as an escape, as no client writes one unless it hides it."""
    return _LETTER_ESCAPE.search(body) is not None


def put_field(body: bytes, field: str, value: object) -> bytes:
    """Sets a top-level field: right after the opening brace where it is new, else in its place.

    A field that stands there as null must not stand there twice: readers take the last one.
    """
    if b'"%b"' % field.encode() in body and field in _object_decoder.decode(body):
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


def invalid_body(error: Exception) -> InvalidRequest:
    """The refusal of a body that is not JSON or has a field of the wrong type, with that field."""
    message = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return InvalidRequest(f"the body is not valid JSON: {message}")
    if "`$." in message:
        return InvalidRequest(message, param=message.rsplit("`$.", 1)[1].rstrip("`"))
    if "missing required field" in message:
        return InvalidRequest(message, param=message.rsplit("`", 2)[1])
    return InvalidRequest(message)
