"""Reads the items of a responses request into messages.

It does not know the request around them. What an assistant did between two turns of others, its
reasoning, words and calls, becomes one message, as other APIs want it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, get_args

import msgspec

from vanguard.core.errors import InvalidRequest, UnsupportedFeature
from vanguard.dialects import freeform, seals
from vanguard.dialects.conversation import (
    Cache,
    Document,
    Foreign,
    Image,
    Message,
    Part,
    RedactedThinking,
    Refusal,
    Remote,
    Role,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.data_urls import file_content, inline
from vanguard.dialects.malformed import decode
from vanguard.dialects.openai_responses.tools import DIALECT, SEARCH, ToolReader, flat_name
from vanguard.wire import openai_responses as wire
from vanguard.wire.lenient import LenientDecoder, Unknown, own_fields

# OpenAI's files are the same for both of its APIs
FILES = "openai_chat"
_ROLES = get_args(Role)
# what is gone for good where OpenAI does not look it up: an answer without it would be wrong
_KEPT_BY_OPENAI = {
    "item_reference": "names an item that OpenAI keeps; send the item itself",
    "compaction": "is a history that only OpenAI can read; send the items themselves",
    "compaction_summary": "is a history that only OpenAI can read; send the items themselves",
    "compaction_trigger": "asks for a summary that only OpenAI makes",
}

_head = msgspec.json.Decoder(wire.Head)
_message = LenientDecoder(wire.MessageItem)
_function_call = LenientDecoder(wire.FunctionCall)
_custom_call = LenientDecoder(wire.CustomCall)
_search_call = LenientDecoder(wire.SearchCall)
_output = LenientDecoder(wire.CallOutput)
_search_output = LenientDecoder(wire.SearchOutput)
_additional = LenientDecoder(wire.AdditionalTools)
_reasoning = LenientDecoder(wire.ReasoningItem)


def marker(breakpoint_: wire.Breakpoint | None) -> Cache | None:
    """A cache marker: of OpenAI's two lifetimes the longer is our hour, the shorter the default."""
    if breakpoint_ is None:
        return None
    return Cache("1h" if breakpoint_.ttl == "12h" else "")


class ItemReader:
    """Reads the items of one request.

    Attributes:
        messages: what was read so far.
        tools: where tools are added that come up between the items.
    """

    def __init__(self, tools: ToolReader) -> None:
        self.messages: list[Message] = []
        self.tools = tools
        self._parts: list[Part] = []
        self._readers: dict[str, Callable[[msgspec.Raw, str], None]] = {
            "message": self._message,
            "function_call": self._function_call,
            "custom_tool_call": self._custom_call,
            "tool_search_call": self._search_call,
            "function_call_output": self._call_output,
            "custom_tool_call_output": self._call_output,
            "tool_search_output": self._search_output,
            "additional_tools": self._additional_tools,
            "reasoning": self._reasoning,
        }

    def read(self, items: list[msgspec.Raw]) -> tuple[Message, ...]:
        """The messages.

        Raises:
            InvalidRequest: an item cannot be read.
            UnsupportedFeature: an item means nothing without what OpenAI keeps.
        """
        for i, raw in enumerate(items):
            path = f"input[{i}]"
            kind = _type(raw, path)
            reader = self._readers.get(kind)
            if reader is not None:
                reader(raw, path)
            elif kind in _KEPT_BY_OPENAI:
                raise UnsupportedFeature(f"{path}: {_KEPT_BY_OPENAI[kind]}", param=path)
            else:
                self._parts.append(Foreign(DIALECT, path, raw))
        self._end_turn()
        return tuple(self.messages)

    def _end_turn(self) -> None:
        """The assistant's turn ends where somebody else speaks."""
        if self._parts:
            self.messages.append(Message("assistant", tuple(self._parts)))
            self._parts.clear()

    def _other(self, role: Role, parts: tuple[Part, ...]) -> None:
        self._end_turn()
        self.messages.append(Message(role, parts))

    def _note(self, unknown: list[Unknown], *, item: str) -> None:
        for one in unknown:
            # a part of an unknown type stands in its message already
            if not one.path.endswith("]") and bytes(one.value) not in {b"null", b"[]", b"{}"}:
                name = one.path.removeprefix(f"{item}.")
                # what every item may say is named once, not once for each of a hundred items
                self.tools.foreign.append(Foreign(DIALECT, f"input[].{name}", one.value))

    def _message(self, raw: msgspec.Raw, path: str) -> None:
        item, unknown = decode(_message, raw, path)
        echoed = _citations(item, path)
        self._note([*unknown, *own_fields(item, ("phase",), path), *echoed], item=path)
        if item.role not in _ROLES:
            raise InvalidRequest(
                f"{path}.role: '{item.role}' is not one of {', '.join(_ROLES)}",
                param=f"{path}.role",
            )
        parts = content(item.content, f"{path}.content")
        if item.role == "assistant":
            self._parts.extend(parts)
        else:
            self._other(cast("Role", item.role), tuple(parts))

    def _function_call(self, raw: msgspec.Raw, path: str) -> None:
        item, unknown = decode(_function_call, raw, path)
        self._note([*unknown, *_by_programs(item, path)], item=path)
        name = flat_name(item.namespace or "", item.name)
        self._parts.append(ToolCall(item.call_id, name, item.arguments))

    def _custom_call(self, raw: msgspec.Raw, path: str) -> None:
        item, unknown = decode(_custom_call, raw, path)
        self._note([*unknown, *_by_programs(item, path)], item=path)
        name = flat_name(item.namespace or "", item.name)
        self._parts.append(ToolCall(item.call_id, name, freeform.wrap(item.input)))

    def _search_call(self, raw: msgspec.Raw, path: str) -> None:
        item, unknown = decode(_search_call, raw, path)
        self._note(unknown, item=path)
        if item.execution == "server" or not item.call_id:
            self._parts.append(Foreign(DIALECT, path, raw))
            return
        self._parts.append(ToolCall(item.call_id, SEARCH, bytes(item.arguments).decode()))

    def _call_output(self, raw: msgspec.Raw, path: str) -> None:
        item, unknown = decode(_output, raw, path)
        self._note([*unknown, *_by_programs(item, path)], item=path)
        parts = []
        for i, part in enumerate(content(item.output, f"{path}.output")):
            if not isinstance(part, Text | Image | Document | Foreign):
                raise InvalidRequest(
                    f"{path}.output[{i}]: a tool's answer may hold text, images and files",
                    param=f"{path}.output[{i}]",
                )
            parts.append(part)
        self._other("user", (ToolResult(item.call_id, tuple(parts)),))

    def _search_output(self, raw: msgspec.Raw, path: str) -> None:
        """The tools that were found can be called from now on, and the model reads what they are."""
        item, unknown = decode(_search_output, raw, path)
        self._note(unknown, item=path)
        self.tools.read(item.tools, f"{path}.tools")
        if item.execution == "server" or not item.call_id:
            self._parts.append(Foreign(DIALECT, path, raw))
            return
        found = Text(msgspec.json.encode(item.tools).decode())
        self._other("user", (ToolResult(item.call_id, (found,)),))

    def _additional_tools(self, raw: msgspec.Raw, path: str) -> None:
        item, unknown = decode(_additional, raw, path)
        self._note(unknown, item=path)
        self.tools.read(item.tools, f"{path}.tools")

    def _reasoning(self, raw: msgspec.Raw, path: str) -> None:
        item, unknown = decode(_reasoning, raw, path)
        self._note(unknown, item=path)
        self._parts.append(_thinking(item))


def _citations(item: wire.MessageItem, path: str) -> list[Unknown]:
    """Citations of an earlier answer, which come back from clients that echo whole answers."""
    if isinstance(item.content, str):
        return []
    parts = [one for one in item.content if isinstance(one, wire.OutputText)]
    return [one for part in parts for one in own_fields(part, ("annotations",), path)]


def _by_programs(
    item: wire.FunctionCall | wire.CustomCall | wire.CallOutput, path: str
) -> list[Unknown]:
    """Who called, where it was not the model itself."""
    told = own_fields(item, ("caller",), path)
    return [one for one in told if bytes(one.value).replace(b" ", b"") != b'{"type":"direct"}']


def _type(raw: msgspec.Raw, path: str) -> str:
    try:
        return _head.decode(raw).type
    except msgspec.MsgspecError as error:
        raise InvalidRequest(f"{path}: is not an item of the input", param=path) from error


def _thinking(item: wire.ReasoningItem) -> Thinking | RedactedThinking:
    """Reasoning; a seal of ours is opened, a seal of OpenAI's is enclosed with its item's id.

    A seal whose text was changed on the way holds no longer.
    """
    text = "\n\n".join(one.text for one in item.summary) if item.summary else ""
    if not text and item.content:
        text = "".join(one.text for one in item.content)
    if not item.encrypted_content:
        return Thinking(text)
    seal = seals.disclose(item.encrypted_content)
    if seal is None:
        own = seals.Seal(DIALECT, item.encrypted_content, item=item.id or "")
        return Thinking(text, seals.enclose(own))
    if seal.family != seals.CLAUDE:
        return Thinking(text, item.encrypted_content)
    if seal.kind == "redacted":
        return RedactedThinking(seal.data)
    return Thinking(text, seal.data if seal.covers(text) else "")


def content(written: str | list[wire.ContentPart], path: str) -> list[Part]:
    """The parts of a message, or of a tool's answer.

    Raises:
        InvalidRequest: a part cannot be read.
    """
    if isinstance(written, str):
        return [Text(written)] if written else []
    return [_part(part, f"{path}[{i}]") for i, part in enumerate(written)]


def _part(part: wire.ContentPart, path: str) -> Part:
    match part:
        case wire.InputText():
            return Text(part.text, marker(part.prompt_cache_breakpoint))
        case wire.OutputText():
            return Text(part.text)
        case wire.RefusalPart():
            return Refusal(part.refusal)
        case wire.InputImage():
            return _image(part, path)
        case wire.InputFile():
            return _file(part, path)
        case wire.UnknownPart():
            return Foreign(DIALECT, path, part.value)


def _image(part: wire.InputImage, path: str) -> Image:
    cache = marker(part.prompt_cache_breakpoint)
    detail = "" if part.detail in {None, "auto"} else str(part.detail)
    if part.file_id:
        return Image(Stored(FILES, part.file_id), detail, cache)
    url = part.image_url or ""
    if not url:
        raise InvalidRequest(f"{path}: needs image_url or file_id", param=f"{path}.image_url")
    if not url.startswith("data:"):
        return Image(Remote(url), detail, cache)
    return Image(inline(url, f"{path}.image_url"), detail, cache)


def _file(part: wire.InputFile, path: str) -> Document:
    title, cache = part.filename or "", marker(part.prompt_cache_breakpoint)
    if part.file_id:
        return Document(Stored(FILES, part.file_id), title, cache=cache)
    if part.file_url:
        return Document(Remote(part.file_url), title, cache=cache)
    data = part.file_data or ""
    if not data:
        raise InvalidRequest(
            f"{path}: needs file_data, file_url or file_id", param=f"{path}.file_data"
        )
    return Document(file_content(data, f"{path}.file_data"), title, cache=cache)
