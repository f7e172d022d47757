"""Edits of a JSON object's top level that leave every other byte as it was.

It does not know which fields an API has.
"""

from __future__ import annotations

import re
import secrets

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.passthrough.contract import Short
from vanguard.wire.search import holds

_object_decoder: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    dict[str, msgspec.Raw]
)


_LETTER_ESCAPE = re.compile(rb"\\u00(?:[456]|7[0-9aA])")
# what decoding a stranger's bytes may raise
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


# nobody can have written what is drawn anew at each start
_MARK = b'"cut-%d-' + secrets.token_hex(16).encode() + b'"'
_LONG_BYTES = 4_096
_BACKSLASH = ord("\\")
LONG_BODY_BYTES = 8_192
_PROBE_BYTES = 64


def shorten(body: bytes, values: tuple[msgspec.Raw, ...]) -> Short | None:
    """Cuts long values out of a long body; None when it is short or they cannot be found.

    No value is copied: of 150 KB each copy would cost more than a small request does in all.
    """
    found = []
    for raw in values:
        value = memoryview(raw)
        if len(value) < _LONG_BYTES:
            continue
        start = body.find(value[:_PROBE_BYTES])
        if start >= 0 and body.startswith(value, start):
            found.append((start, start + len(value)))
    if not found:
        return None
    rest: list[bytes] = []
    cuts: list[tuple[bytes, int, int]] = []
    done = 0
    for start, stop in sorted(found):
        if start < done:
            # its like stands within another value, and was found there: it stays where it is
            continue
        mark = _MARK % len(cuts)
        rest += (body[done:start], mark)
        cuts.append((mark, start, stop))
        done = stop
    rest.append(body[done:])
    return Short(body, b"".join(rest), tuple(cuts))


def restore(rest: bytes, short: Short) -> bytes:
    """Puts the values back that were cut out."""
    whole, done = memoryview(short.body), 0
    parts: list[bytes | memoryview] = []
    # where a field stood twice an edit may have moved a mark, or dropped it
    for at, size, start, stop in sorted(
        (rest.find(mark), len(mark), a, b) for mark, a, b in short.cuts
    ):
        if at >= 0:
            parts += (rest[done:at], whole[start:stop])
            done = at + size
    return b"".join((*parts, rest[done:]))


def set_fields(body: bytes, fields: dict[str, object]) -> bytes:
    """Sets top-level fields; the others keep their raw values and their order."""
    top: dict[str, object] = dict(_object_decoder.decode(body))
    top.update(fields)
    return msgspec.json.encode(top)


def plain(body: bytes, names: tuple[bytes, ...]) -> bool:
    """Whether none of these names, quotes included, can stand twice or hide behind escapes."""
    for name in names:
        if body.count(name) > 1:
            return False
    return not hides_letters(body)


def replace_string(body: bytes, field: str, old: str, new: str) -> bytes:
    """Sets the value of one top-level string field; only that value's bytes change, if any.

    A body whose names stand twice or hide behind escapes is read differently by different servers:
    its top level is written anew around the untouched raw values, each name once.
    """
    if hides_letters(body) or not stands_once(body, b'"%b"' % field.encode()):
        return set_fields(body, {field: new})
    changed = replace_once(body, field, old, new)
    # the first place with that name may stand deeper
    return changed if _top_string(changed, field) == new else set_fields(body, {field: new})


def replace_once(body: bytes, field: str, old: str, new: str) -> bytes:
    """The same in a body that holds the field's name nowhere else, and in no other form."""
    if old == new:
        return body
    name, value = b'"%b"' % field.encode(), msgspec.json.encode(old)
    behind = body.find(name) + len(name)
    start = body.find(value, behind)
    if start < 0 or body[behind:start].strip() != b":":
        written = rb"(%b\s*:\s*)%b" % (re.escape(name), re.escape(value))
        places = list(re.finditer(written, body))
        if len(places) != 1:
            return set_fields(body, {field: new})
        start = places[0].end(1)
    return b"".join((body[:start], msgspec.json.encode(new), body[start + len(value) :]))


def names(*fields: str) -> tuple[bytes, ...]:
    """Names of fields as they stand in a body, quotes included."""
    return tuple(b'"%b"' % field.encode() for field in fields)


def stands_once(body: bytes, name: bytes) -> bool:
    """Whether a name, quotes included, stands at most once at the top level."""
    everywhere = body.count(name)
    if everywhere <= 1:
        return True
    inside = sum(bytes(raw).count(name) for raw in _object_decoder.decode(body).values())
    return everywhere - inside <= 1


def _top_string(body: bytes, field: str) -> str | None:
    raw = _object_decoder.decode(body).get(field)
    return None if raw is None else msgspec.json.decode(raw, type=str)


def once(body: bytes, names: tuple[bytes, ...]) -> bytes:
    """The body with each of these top-level names at most once, the last one's value kept."""
    for name in names:
        if not stands_once(body, name):
            return set_fields(body, {})
    return body


def hides_letters(body: bytes) -> bool:
    """Whether an ASCII letter stands as an escape, as no client writes one unless it hides it."""
    # most bodies hold no backslash, and a single byte is looked for many times faster than four
    if _BACKSLASH not in body or not holds(body, b"\\u00"):
        return False
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
