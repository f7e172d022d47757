"""Reads an answer again that was refused for its usage: counts such as `1000.0`, `"1000"` or an object.

It does not know any API beyond the names under which they tell usage. It is asked only where a strict
reader has failed: an odd count must not cost a client its answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Raw

_T = TypeVar("_T")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_object: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode

_USAGES = frozenset({"usage", "usageMetadata", "inputTextTokenCount"})
# whose usage stands within what an event of a stream is about
_AROUND = frozenset({"message", "response"})
_COUNTS = ("tokens", "Tokens", "TokenCount")
# far above any count, and small enough to be written
_MOST = 2**53


def reread(decoder: msgspec.json.Decoder[_T], data: bytes) -> _T | None:
    """What a decoder makes of JSON that it has refused, once the usage in it is plain.

    Counts become whole numbers, a fraction one more. Where that is not enough, what counts are made up
    of is left out; then all of the usage, as if none had been told.

    Returns:
        None where it is not the usage that cannot be read.
    """
    try:
        fields = _object.decode(data)
    except _UNREADABLE:
        return None
    for change in (_plain, _whole, _nothing):
        try:
            return decoder.decode(_encode(_changed(fields, change, _AROUND)))
        except _UNREADABLE:
            continue
    return None


def _changed(
    fields: dict[str, Raw], change: Callable[[Raw], object], around: frozenset[str]
) -> dict[str, object]:
    changed: dict[str, object] = dict(fields)
    for name, raw in fields.items():
        if name in _USAGES:
            changed[name] = change(raw)
        elif name in around and bytes(raw)[:1] == b"{":
            changed[name] = _changed(_object.decode(raw), change, frozenset())
    return changed


def _plain(raw: Raw) -> object:
    return _number(_any.decode(raw))


def _whole(raw: Raw) -> object:
    """Without details: the counts that they are parts of are what is paid for."""
    told = _plain(raw)
    if not isinstance(told, dict):
        return told
    return {
        name: value
        for name, value in told.items()
        if name.endswith(_COUNTS) or not isinstance(value, dict | list)
    }


def _nothing(raw: Raw) -> object:  # noqa: ARG001 - the shape of a change
    return None


def _number(value: object) -> object:
    if isinstance(value, dict):
        return {name: _number(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_number(one) for one in value]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        return max(-_MOST, min(math.ceil(float(value)), _MOST))
    except (ValueError, OverflowError):
        # no number, or one that nobody means: text is no count
        return str(value)
