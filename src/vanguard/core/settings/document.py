"""Reads a YAML document into plain values and remembers the line of each.

It does not know what the values mean. Built on the parser's events, so that no tag can make an
object, nesting and aliases are bounded before anything is built, and a key given twice is an error.
Scalars follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `on`,
`yes` and `12:30` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from vanguard.core.errors import SettingsError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 50_000

Plain = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
Path = tuple[str | int, ...]

_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_CONSTANTS |= dict.fromkeys(("true", "True", "TRUE"), True)
_CONSTANTS |= dict.fromkeys(("false", "False", "FALSE"), False)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value and where it stands; `lines` holds the line of each key of a mapping."""

    value: bool | int | float | str | list[Node] | dict[str, Node] | None
    line: int
    weight: int = 1  # values in it, itself included, aliases written out
    height: int = 0  # levels below it
    lines: dict[str, int] = field(default_factory=dict)


class DocumentError(SettingsError):
    """The text is no document; `line` counts from one, 0 when unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def read_document(text: str) -> Node:
    """The root of the only document in `text`; an empty text is a null.

    Raises:
        DocumentError: not YAML, more than one document, a tag, a key given twice, or a document
            larger than `MAX_BYTES`, deeper than `MAX_DEPTH` or, with its aliases written out,
            longer than `MAX_NODES`.
    """
    if len(text.encode()) > MAX_BYTES:
        raise DocumentError(f"larger than {MAX_BYTES // 1024} KiB")
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(
            f"not valid YAML: {error.problem or error.context}", mark.line + 1 if mark else 0
        ) from error
    except yaml.YAMLError as error:
        raise DocumentError(f"not valid YAML: {str(error).splitlines()[0]}") from error


def plain(node: Node) -> Plain:
    """The values alone."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def line_at(node: Node, path: Path) -> int | None:
    """The line of the value at `path`: of its key in a mapping, of its start in a list."""
    line: int | None = node.line
    for step in path:
        if isinstance(node.value, dict) and isinstance(step, str) and step in node.value:
            line = node.lines[step]
            node = node.value[step]
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.line
        else:
            return None
    return line


class _Builder:
    """Walks the events of one document."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._anchors: dict[str, Node] = {}
        self._nodes = 0

    def document(self) -> Node:
        root = Node(None, 1)
        seen = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                seen += 1
                if seen > 1:
                    raise DocumentError("more than one document", _line(event))
                root = self._node(next(self._events), 0)
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", line)
        if isinstance(event, yaml.AliasEvent):
            node = self._alias(str(event.anchor), line)
            self._count(node.weight, line)
            if depth + node.height > MAX_DEPTH:
                raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", line)
            return node
        self._count(1, line)
        node = self._made(event, line, depth)
        if anchor := getattr(event, "anchor", None):
            self._anchors[anchor] = node
        return node

    def _made(self, event: yaml.Event, line: int, depth: int) -> Node:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise DocumentError(f"the tag {tag} is not allowed", line)
        if isinstance(event, yaml.ScalarEvent):
            is_plain = event.implicit[0] and not event.style and tag is None
            return Node(_scalar(event.value) if is_plain else event.value, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(line, depth)
        return self._mapping(line, depth)

    def _alias(self, anchor: str, line: int) -> Node:
        if anchor not in self._anchors:
            raise DocumentError(f"no finished anchor &{anchor} stands before *{anchor}", line)
        return self._anchors[anchor]

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise DocumentError(f"more than {MAX_NODES} values, aliases written out", line)

    def _sequence(self, line: int, depth: int) -> Node:
        items: list[Node] = []
        node = Node(items, line)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
            node.weight += items[-1].weight
            node.height = max(node.height, items[-1].height + 1)
        return node

    def _mapping(self, line: int, depth: int) -> Node:
        node = Node({}, line)
        merged: list[Node] = []
        values: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise DocumentError("a key must be a word", _line(event))
            key, key_line = event.value, _line(event)
            value = self._node(next(self._events), depth + 1)
            node.weight += value.weight
            node.height = max(node.height, value.height + 1)
            if key == "<<" and not event.style:
                merged.append(value)
            elif key in values:
                raise DocumentError(
                    f"{key!r} is given twice, first in line {node.lines[key]}", key_line
                )
            else:
                values[key] = value
                node.lines[key] = key_line
        for source in merged:
            _merge(source, values, node)
        node.value = values
        return node


def _merge(source: Node, values: dict[str, Node], into: Node) -> None:
    """What `<<` brings; keys that stand in the mapping itself win."""
    parts = source.value if isinstance(source.value, list) else [source]
    for part in parts:
        if not isinstance(part.value, dict):
            raise DocumentError("`<<` takes a mapping or a list of mappings", source.line)
        for key, value in part.value.items():
            if key not in values:
                values[key] = value
                into.lines[key] = part.lines[key]


def _scalar(text: str) -> bool | int | float | str | None:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
