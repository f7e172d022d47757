"""Decodes strict shapes without failing on what they do not know, and names each such thing.

It does not know any API. A body whose every field is known costs one strict decode; only a body with
something unknown is taken apart, and even then every known value keeps its own bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Generic, TypeVar

import msgspec
from msgspec import Raw, UnsetType, inspect

UNKNOWN_TAG = "vanguard.unknown"

_T = TypeVar("_T")
_object: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_list: msgspec.json.Decoder[list[Raw]] = msgspec.json.Decoder(list[Raw])
_string: msgspec.json.Decoder[str] = msgspec.json.Decoder(str)


class Unknown(msgspec.Struct, frozen=True):
    """Something that no shape knows: where it stood (`messages[0].foo`), and its JSON."""

    path: str
    value: Raw


def present(raw: Raw | UnsetType) -> Raw | None:
    """A raw value that is there and not null (a union of Raw and None would decode null alone)."""
    return None if isinstance(raw, UnsetType) or bytes(raw) == b"null" else raw


def own_fields(value: msgspec.Struct, names: Iterable[str], path: str = "") -> list[Unknown]:
    """Raw fields that a shape knows only so as to skip them fast, where they are present."""
    found = []
    for name in names:
        raw = present(getattr(value, name))
        if raw is not None:
            found.append(Unknown(f"{path}.{name}" if path else name, raw))
    return found


class _Node:
    """What may stand at one place of a shape: an object, objects told apart by a tag, a list."""

    __slots__ = ("fields", "item", "tag_field", "tagged")

    def __init__(self) -> None:
        self.fields: dict[str, _Node | None] | None = None
        self.tagged: dict[str, _Node] = {}
        self.tag_field = ""
        self.item: _Node | None = None

    @property
    def takes_unknown(self) -> bool:
        return UNKNOWN_TAG in self.tagged


def _node(kind: inspect.Type) -> _Node | None:
    """The shape of a type, None where everything below is free or plain."""
    node = _Node()
    for one in kind.types if isinstance(kind, inspect.UnionType) else (kind,):
        if isinstance(one, inspect.ListType):
            node.item = _node(one.item_type)
        elif isinstance(one, inspect.StructType):
            fields = {field.encode_name: _node(field.type) for field in one.fields}
            if one.tag is None:
                node.fields = fields
            else:
                member = _Node()
                member.fields = {str(one.tag_field): None, **fields}
                node.tagged[str(one.tag)] = member
                node.tag_field = str(one.tag_field)
    return node if node.fields or node.tagged or node.item else None


def _known(raw: Raw, node: _Node | None, path: str, found: list[Unknown]) -> Raw:
    """The value without what its shape does not know, which is added to `found`."""
    if node is None:
        return raw
    first = bytes(raw).lstrip()[:1]
    if first == b"[" and node.item is not None:
        items = _list.decode(raw)
        kept = [_known(item, node.item, f"{path}[{i}]", found) for i, item in enumerate(items)]
        return Raw(msgspec.json.encode(kept))
    if first != b"{":
        return raw
    fields = _object.decode(raw)
    if node.tagged and not node.fields:
        tag = _tag(fields.get(node.tag_field))
        member = node.tagged.get(tag) if tag is not None and tag != UNKNOWN_TAG else None
        if member is None:
            if tag is None or not node.takes_unknown:
                return raw
            found.append(Unknown(path, raw))
            stand_in = {node.tag_field: UNKNOWN_TAG, "value": raw}
            return Raw(msgspec.json.encode(stand_in))
        node = member
    return _known_fields(fields, node.fields or {}, path, found)


def _known_fields(
    fields: dict[str, Raw], shape: dict[str, _Node | None], path: str, found: list[Unknown]
) -> Raw:
    kept = {}
    for name, value in fields.items():
        place = f"{path}.{name}" if path else name
        if name in shape:
            kept[name] = _known(value, shape[name], place, found)
        else:
            found.append(Unknown(place, value))
    return Raw(msgspec.json.encode(kept))


def _tag(raw: Raw | None) -> str | None:
    try:
        return _string.decode(raw) if raw is not None else None
    except msgspec.ValidationError:
        return None


class LenientDecoder(Generic[_T]):
    """Decodes one struct type whose members forbid unknown fields.

    Where a union of tagged structs has a member tagged `vanguard.unknown` with a field
    `value: Raw`, an object of any other tag is put there.
    """

    def __init__(self, kind: type[_T]) -> None:
        self._strict = msgspec.json.Decoder(kind)
        self._kind = kind

    @cached_property
    def _node(self) -> _Node | None:
        """Built when the first body needs it: most processes never see one."""
        return _node(inspect.type_info(self._kind))

    def decode(self, body: bytes | Raw, path: str = "") -> tuple[_T, list[Unknown]]:
        """The value, and what was not known in it, with paths that begin with `path`.

        Raises:
            msgspec.ValidationError: a known field is missing or has the wrong type.
            msgspec.DecodeError: not JSON.
        """
        try:
            return self._strict.decode(body), []
        except msgspec.ValidationError:
            found: list[Unknown] = []
            raw = body if isinstance(body, Raw) else Raw(body)
            known = _known(raw, self._node, path, found)
            if not found:
                raise
        return self._strict.decode(known), found
