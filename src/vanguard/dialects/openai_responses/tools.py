"""The tools of a responses request, and which of them shall be called, read and written.

It does not know the items between which more tools may come up. What only OpenAI runs goes along as
`Foreign`; what is a function everywhere else (a tool for free text, one of a group, a search) becomes
again what OpenAI knows.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import cast

import msgspec
from msgspec import UNSET

from vanguard.core.errors import InvalidRequest
from vanguard.dialects import freeform
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Conversation,
    Foreign,
    Mode,
    Namespace,
    Tool,
    ToolChoice,
)
from vanguard.dialects.malformed import decode
from vanguard.wire import openai_responses as wire
from vanguard.wire.lenient import LenientDecoder, Unknown, own_fields, present

DIALECT = "openai_responses"

SEARCH = "tool_search"

_NAME_CHARACTERS = 64  # the shortest limit of the APIs that we translate to
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")
_OWN = ("output_schema", "allowed_callers")
_NO_ARGUMENTS = msgspec.Raw(b'{"type":"object","properties":{}}')

_encode = msgspec.json.Encoder().encode
_head = msgspec.json.Decoder(wire.Head)
_tool = LenientDecoder(wire.Tool)
_namespace = LenientDecoder(wire.Namespace)
_search = LenientDecoder(wire.SearchTool)


def flat_name(space: str, name: str) -> str:
    """The name of a group's tool where groups are not known: the same each time, never too long."""
    joint = "" if not space or space.endswith("__") else "__"
    flat = _NOT_IN_NAMES.sub("_", f"{space}{joint}{name}") if space else name
    if len(flat) <= _NAME_CHARACTERS:
        return flat
    mark = blake2b(flat.encode(), digest_size=4).hexdigest()
    return f"{flat[: _NAME_CHARACTERS - len(mark) - 1]}_{mark}"


class ToolReader:
    """Collects the tools of one request, wherever they stand.

    Attributes:
        tools: in the order in which they were found, each name once.
        foreign: what of them only OpenAI knows.
    """

    def __init__(self, foreign: list[Foreign]) -> None:
        self.tools: list[Tool | Foreign] = []
        self.foreign = foreign
        # by its name: whose it is, and where it stands
        self._names: dict[str, tuple[tuple[str, str], int]] = {}

    def read(self, raws: list[msgspec.Raw], path: str, space: wire.Namespace | None = None) -> None:
        """Adds a list of tools that stands at `path`, or within a group.

        Raises:
            InvalidRequest: a tool cannot be read, or two would have one name.
        """
        for i, raw in enumerate(raws):
            self._read(raw, f"{path}[{i}]", space)

    def _read(self, raw: msgspec.Raw, path: str, space: wire.Namespace | None) -> None:
        kind = _type(raw, path)
        if kind in {"function", "custom"}:
            self._tool(raw, path, kind, space)
        elif kind == "namespace" and space is None:
            group, unknown = decode(_namespace, raw, path)
            self._note(unknown)
            self.read(group.tools, f"{path}.tools", group)
        elif kind == SEARCH and space is None:
            self._search(raw, path)
        else:
            self.tools.append(Foreign(DIALECT, path, raw))

    def _tool(self, raw: msgspec.Raw, path: str, kind: str, space: wire.Namespace | None) -> None:
        tool, unknown = decode(_tool, raw, path)
        self._note([*unknown, *own_fields(tool, _OWN, path)])
        name = flat_name(space.name if space else "", tool.name)
        grammar = _grammar(tool, path) if kind == "custom" else None
        if grammar is not None:
            # no other API can hold a model to a grammar
            self.foreign.append(Foreign(DIALECT, f"{path}.format", grammar))
        self._add(
            Tool(
                name=name,
                description=tool.description or "",
                schema=freeform.schema(grammar) if kind == "custom" else present(tool.parameters),
                strict=tool.strict,
                kind="freeform" if kind == "custom" else "function",
                grammar=grammar,
                space=Namespace(space.name, tool.name, space.description or "") if space else None,
            ),
            path,
            (space.name if space else "", tool.name),
        )

    def _search(self, raw: msgspec.Raw, path: str) -> None:
        tool, unknown = decode(_search, raw, path)
        if tool.execution != "client":
            # OpenAI searches itself; elsewhere all tools are there from the beginning
            self.tools.append(Foreign(DIALECT, path, raw))
            return
        self._note(unknown)
        found = Tool(SEARCH, tool.description or "", present(tool.parameters), None, None, "search")
        self._add(found, path, ("", SEARCH))

    def _add(self, tool: Tool, path: str, whose: tuple[str, str]) -> None:
        known, place = self._names.setdefault(tool.name, (whose, len(self.tools)))
        if known != whose:
            raise InvalidRequest(
                f"{path}.name: '{tool.name}' is the name of two tools; rename one", param=path
            )
        # told again after a search, it takes the place that it had
        self.tools[place : place + 1] = [tool]

    def _note(self, unknown: list[Unknown]) -> None:
        self.foreign.extend(Foreign(DIALECT, one.path, one.value) for one in unknown)


def _type(raw: msgspec.Raw, path: str) -> str:
    try:
        return _head.decode(raw).type
    except msgspec.MsgspecError as error:
        raise InvalidRequest(f"{path}: is not an object with a type", param=path) from error


def _grammar(tool: wire.Tool, path: str) -> msgspec.Raw | None:
    form = present(tool.format)
    if form is None:
        return None
    return form if _type(form, f"{path}.format") == "grammar" else None


def read_choice(
    request: wire.ResponsesRequest, tools: list[Tool | Foreign], foreign: list[Foreign]
) -> ToolChoice:
    """Whether and which tools shall be called.

    Raises:
        InvalidRequest: no such choice.
    """
    choice, parallel = request.tool_choice, request.parallel_tool_calls
    if choice is None:
        return ToolChoice(parallel=parallel)
    if isinstance(choice, str):
        return ToolChoice(_mode(choice, "tool_choice"), parallel=parallel)
    if choice.type in {"function", "custom"}:
        if not choice.name:
            raise InvalidRequest("tool_choice.name: is missing", param="tool_choice.name")
        called = wire.NamedTool(choice.type, choice.name, choice.namespace)
        name = _called(called, _grouped(tools))
        return ToolChoice("named", name, parallel=parallel)
    if choice.type != "allowed_tools":
        # one of OpenAI's own tools shall be called
        foreign.append(
            Foreign(DIALECT, "tool_choice.type", msgspec.Raw(msgspec.json.encode(choice.type)))
        )
        return ToolChoice(parallel=parallel)
    mode = _mode(choice.mode or "auto", "tool_choice.mode")
    grouped = _grouped(tools)
    allowed = [_called(one, grouped) for one in choice.tools or () if one.name]
    return ToolChoice(mode, allowed=tuple(allowed), parallel=parallel)


def _mode(written: str, path: str) -> Mode:
    if written not in {"auto", "none", "required"}:
        raise InvalidRequest(f"{path}: '{written}' is not one of auto, none, required", param=path)
    return cast("Mode", written)


def _grouped(tools: list[Tool | Foreign]) -> dict[str, str]:
    """Flat names by names in a group; of several the first."""
    grouped: dict[str, str] = {}
    for tool in tools:
        if isinstance(tool, Tool) and tool.space:
            grouped.setdefault(tool.space.local_name, tool.name)
    return grouped


def _called(choice: wire.NamedTool, grouped: dict[str, str]) -> str:
    """The flat name of a tool that is called by its own name, or by its name in a group."""
    if choice.namespace:
        return flat_name(choice.namespace, choice.name)
    return grouped.get(choice.name, choice.name)


def write_tools(conversation: Conversation, losses: Losses) -> list[msgspec.Raw]:
    """The tools, those of a group together where its first one stood.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    written: list[dict[str, object] | msgspec.Raw] = []
    groups: dict[str, list[msgspec.Raw]] = {}
    for tool in conversation.tools:
        if isinstance(tool, Foreign):
            if tool.dialect == DIALECT:
                written.append(tool.value)
            else:
                losses.lose(tool.path)
            continue
        if tool.cache is not None:
            losses.lose("cache_control")
        one = msgspec.Raw(_encode(_written(tool)))
        if tool.space is None:
            written.append(one)
            continue
        if tool.space.name not in groups:
            groups[tool.space.name] = []
            group: dict[str, object] = {
                "type": "namespace",
                "name": tool.space.name,
                "description": tool.space.description,
                "tools": groups[tool.space.name],
            }
            written.append(group)
        groups[tool.space.name].append(one)
    return [one if isinstance(one, msgspec.Raw) else msgspec.Raw(_encode(one)) for one in written]


def _written(tool: Tool) -> wire.Tool | wire.SearchTool:
    description = tool.description or None
    if tool.kind == "search":
        return wire.SearchTool(
            SEARCH, description, "client", UNSET if tool.schema is None else tool.schema
        )
    name = tool.space.local_name if tool.space else tool.name
    if tool.kind == "freeform":
        return wire.Tool(
            name,
            "custom",
            description,
            format=UNSET if tool.grammar is None else tool.grammar,
        )
    return wire.Tool(
        name,
        "function",
        description,
        _NO_ARGUMENTS if tool.schema is None else tool.schema,
        # left out, OpenAI would rewrite the schema and ask for every field of it
        strict=bool(tool.strict),
    )


def write_choice(conversation: Conversation) -> str | wire.ToolChoice | None:
    """The choice; None leaves it to OpenAI."""
    choice = conversation.tool_choice
    if choice.mode == "named":
        named = _named(_by_name(conversation), choice.name)
        return wire.ToolChoice(named.type, named.name, named.namespace)
    if choice.allowed:
        tools = _by_name(conversation)
        allowed = [_named(tools, name) for name in choice.allowed]
        mode = "required" if choice.mode == "required" else "auto"
        return wire.ToolChoice("allowed_tools", mode=mode, tools=allowed)
    return None if choice.mode == "unset" else choice.mode


def _by_name(conversation: Conversation) -> dict[str, Tool]:
    """The tools; of several the first."""
    return {one.name: one for one in reversed(conversation.tools) if isinstance(one, Tool)}


def _named(tools: dict[str, Tool], name: str) -> wire.NamedTool:
    tool = tools.get(name)
    if tool is None:
        return wire.NamedTool("function", name)
    kind = "custom" if tool.kind == "freeform" else "function"
    if tool.space is not None:
        return wire.NamedTool(kind, tool.space.local_name, tool.space.name)
    return wire.NamedTool(kind, name)
