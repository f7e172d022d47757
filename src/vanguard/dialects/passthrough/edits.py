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


_LETTER_ESCAPE = re.compile(rb"\\u00[4-7]")
# what decoding a stranger's bytes may raise
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def set_fields(body: bytes, fields: dict[str, object]) -> bytes:
    """Sets top-level fields; the others keep their raw values and their order."""
    top: dict[str, object] = dict(_object_decoder.decode(body))
    top.update(fields)
    return msgspec.json.encode(top)


def replace_string(body: bytes, field: str, old: str, new: str) -> bytes:
    """Sets the value of one top-level string field.

    When the field's name stands once in the body, only the value's bytes change, if any. Otherwise
    the top level is written anew around the untouched raw values, each name once: a name that
    stands twice, or is hidden behind an escape, is read differently by different servers.
    """
    if body.count(b'"%b"' % field.encode()) != 1 or hides_letters(body):
        return set_fields(body, {field: new})
    if old == new:
        return body
    written = rb'("%b"\s*:\s*)%b' % (re.escape(field.encode()), re.escape(msgspec.json.encode(old)))
    replacement = msgspec.json.encode(new)
    changed, times = re.subn(written, lambda match: match.group(1) + replacement, body, count=1)
    return changed if times else set_fields(body, {field: new})


def once(body: bytes, *names: str) -> bytes:
    """The body with each of these top-level names at most once, the last one's value kept."""
    if any(body.count(b'"%b"' % name.encode()) > 1 for name in names):
        return set_fields(body, {})
    return body


def hides_letters(body: bytes) -> bool:
    """Whether an ASCII letter stands as an escape, as no client writes one unless it hides it."""
    return _LETTER_ESCAPE.search(body) is not None


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
