"""Edits of JSON values that leave every untouched value its raw bytes.

It does not know which fields an API has: a dialect puts its tree of slots together from these.
An edit takes one raw value and returns its new bytes, or None when it stays as it is; a value of
another shape than the edit is for stays as it is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.dialects.text.contract import Channel, EventMasker, Mask
from vanguard.dialects.text.json_text import mask_json

Raw = msgspec.Raw
ABSENT = Raw(b"null")  # the default of raw fields: a union of Raw and None reads null alone
Edit = Callable[[Raw, Mask], bytes | None]
Path = tuple[str | int, ...]

_object = msgspec.json.Decoder(dict[str, Raw])
_array = msgspec.json.Decoder(list[Raw])
_string = msgspec.json.Decoder(str)


def opens(raw: Raw, mark: str) -> bool:
    """Whether a raw value begins with a character: one of `"`, `{`, `[`."""
    return memoryview(raw)[0] == ord(mark)


def string(raw: Raw | None) -> str | None:
    """The value of a raw string, None when it is something else."""
    return _string.decode(raw) if raw is not None and opens(raw, '"') else None


def object_of(raw: Raw | None) -> dict[str, Raw]:
    """The fields of a raw object, none when it is something else."""
    return _object.decode(raw) if raw is not None and opens(raw, "{") else {}


def array_of(raw: Raw | None) -> list[Raw]:
    """The items of a raw array, none when it is something else."""
    return _array.decode(raw) if raw is not None and opens(raw, "[") else []


def text(raw: Raw, mask: Mask) -> bytes | None:
    """A string of plain text."""
    value = string(raw)
    if value is None:
        return None
    masked = mask(value)
    return None if masked == value else msgspec.json.encode(masked)


def json_in_string(raw: Raw, mask: Mask) -> bytes | None:
    """A string that holds JSON, such as a tool call's arguments."""
    return text(raw, lambda value: mask_json(value, mask))


def json_value(raw: Raw, mask: Mask) -> bytes | None:
    """A JSON value of any depth, all of whose strings and numbers are text."""
    if not (opens(raw, "{") or opens(raw, "[")):
        return text(raw, mask)
    value = bytes(raw).decode()
    masked = mask_json(value, mask)
    return None if masked == value else masked.encode()


def fields(edits: Mapping[str, Edit]) -> Edit:
    """An object with edits for some of its fields."""

    def edit(raw: Raw, mask: Mask) -> bytes | None:
        found = object_of(raw)
        changed = False
        for name in edits.keys() & found.keys():
            if (new := edits[name](found[name], mask)) is not None:
                found[name] = Raw(new)
                changed = True
        return msgspec.json.encode(found) if changed else None

    return edit


def items(edit_item: Edit) -> Edit:
    """An array with one edit for each of its items."""

    def edit(raw: Raw, mask: Mask) -> bytes | None:
        found = array_of(raw)
        changed = False
        for place, item in enumerate(found):
            if (new := edit_item(item, mask)) is not None:
                found[place] = Raw(new)
                changed = True
        return msgspec.json.encode(found) if changed else None

    return edit


def either(*edits: Edit) -> Edit:
    """A value that may have one of several shapes."""

    def edit(raw: Raw, mask: Mask) -> bytes | None:
        for candidate in edits:
            if (new := candidate(raw, mask)) is not None:
                return new
        return None

    return edit


def listed(edit: Edit) -> Edit:
    """A list, or one value in its place; a bare string in the place of a value is text.

    No API says so of all its lists, but some upstreams read them all so, and one shape that a mask
    does not look into would be a way around it.
    """
    one = either(text, edit)
    return either(items(one), one)


def edit_request(body: bytes, edit: Edit, mask: Mask) -> bytes:
    """Applies an edit to a request's body.

    A field given twice is refused: the upstream might read the one that the mask did not see.

    Raises:
        InvalidRequest: not JSON, or a field given twice.
    """
    try:
        new = edit(msgspec.json.decode(body, type=Raw), mask)
        json.loads(body, object_pairs_hook=_refuse_twice)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"the body is not valid JSON: {error}") from error
    return body if new is None else new


def edit_reply(body: bytes, edit: Edit, mask: Mask) -> bytes:
    """Applies an edit to a whole reply.

    Raises:
        UpstreamError: not JSON.
    """
    try:
        new = edit(msgspec.json.decode(body, type=Raw), mask)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UpstreamError(
            "the model's reply is not valid JSON, so no guardrail can read it"
        ) from error
    return body if new is None else new


@dataclass(frozen=True, slots=True)
class EditedText:
    """The text slots of a dialect whose bodies are JSON with texts at known places.

    Attributes:
        asked: masks the texts of a request.
        told: masks the texts of a whole reply.
        masker: makes what masks one streamed reply.
    """

    asked: Edit
    told: Edit
    masker: Callable[[Callable[[], Channel]], EventMasker]

    def mask_request(self, body: bytes, mask: Mask) -> bytes:
        """As the contract has it."""
        return edit_request(body, self.asked, mask)

    def mask_reply(self, body: bytes, mask: Mask) -> bytes:
        """As the contract has it."""
        return edit_reply(body, self.told, mask)

    def stream_masker(self, make_channel: Callable[[], Channel]) -> EventMasker:
        """As the contract has it."""
        return self.masker(make_channel)


def put(raw: bytes | Raw, values: Mapping[Path, bytes]) -> bytes:
    """Sets values deep inside a JSON value; each path exists but for its last field."""
    if () in values:
        return values[()]
    inner: dict[str | int, dict[Path, bytes]] = {}
    for path, value in values.items():
        inner.setdefault(path[0], {})[path[1:]] = value
    found: Any = msgspec.json.decode(raw, type=list[Raw] if _indexed(inner) else dict[str, Raw])
    for place, deeper in inner.items():
        whole = deeper.get(())
        found[place] = Raw(put(found[place], deeper) if whole is None else whole)
    return msgspec.json.encode(found)


def _indexed(inner: Mapping[str | int, object]) -> bool:
    return isinstance(next(iter(inner)), int)


def _refuse_twice(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name in counts if counts[name] > 1)
        raise InvalidRequest(f"the field '{twice}' is given twice; send it once", param=twice)
