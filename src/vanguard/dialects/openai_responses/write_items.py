"""Writes the messages of a Conversation as items of a responses request.

It does not know the request around them. One message becomes as many items as it has calls, results
and thoughts, with its words in between.
"""

from __future__ import annotations

from typing import cast

import msgspec
from msgspec import Raw

from vanguard.dialects import freeform, seals
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Cache,
    Conversation,
    Document,
    Foreign,
    Image,
    Inline,
    Message,
    Part,
    Passage,
    PlainText,
    RedactedThinking,
    Refusal,
    Remote,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.openai_responses.read_items import FILES
from vanguard.dialects.openai_responses.tools import DIALECT
from vanguard.wire import openai_responses as wire

Item = dict[str, object] | Raw
_Content = wire.ContentPart | Raw
_object = msgspec.json.Decoder(dict[str, Raw])


class ItemWriter:
    """Writes the items of one request.

    Attributes:
        marks_cache: whether the model takes cache markers.
    """

    def __init__(self, conversation: Conversation, losses: Losses, *, marks_cache: bool) -> None:
        self.marks_cache = marks_cache
        self._conversation = conversation
        self._losses = losses
        self._items: list[Item] = []
        self._tools = {one.name: one for one in conversation.tools if isinstance(one, Tool)}
        self._kinds: dict[str, str] = {}

    def write(self) -> list[Item]:
        """The items.

        Raises:
            UnsupportedFeature: something is lost and the losses are strict.
        """
        messages = self._conversation.messages
        for i, message in enumerate(messages):
            if message.name:
                self._losses.lose(f"messages[{i}].name")
            self._message(message, f"messages[{i}]")
        if not self._items:
            # OpenAI wants somebody to have said something
            self._items.append({"type": "message", "role": "user", "content": ""})
        if messages[-1].role == "assistant":
            # Anthropic continues such a message; OpenAI answers it with a new one
            self._losses.lose(f"messages[{len(messages) - 1}].prefill")
        return self._items

    def _message(self, message: Message, path: str) -> None:
        parts: list[_Content] = []
        if not message.parts and message.role != "assistant":
            self._items.append({"type": "message", "role": message.role, "content": ""})
        for i, part in enumerate(message.parts):
            place = f"{path}.content[{i}]"
            if message.role == "assistant":
                content = self._said(part, place)
            else:
                content = self._part(part, place)
            if content:
                parts.extend(content)
                continue
            item = self._item(part, place)
            if item is not None:
                self._words(message, parts)
                self._items.append(item)
        self._words(message, parts)

    def _words(self, message: Message, parts: list[_Content]) -> None:
        if parts:
            content = list(parts)
            parts.clear()
            self._items.append({"type": "message", "role": message.role, "content": content})

    def _said(self, part: Part, path: str) -> list[_Content]:
        """A part of what the model said."""
        match part:
            case Text():
                self._cached(part)
                return [wire.OutputText(part.text)]
            case Refusal():
                return [wire.RefusalPart(part.text)]
            case Image() | Document():
                self._losses.lose(path)
        return []

    def _part(self, part: Part, path: str) -> list[_Content]:
        """A part of what somebody else said."""
        match part:
            case Text():
                return [wire.InputText(part.text, self._marker(part.cache))]
            case Refusal():
                return [wire.InputText(part.text)]
            case Image():
                return self._image(part, path)
            case Document():
                return self._document(part, path)
            case _:
                return []

    def _item(self, part: Part, path: str) -> Item | None:
        match part:
            case ToolCall():
                return self._call(part)
            case ToolResult():
                return self._result(part, path)
            case Thinking() | RedactedThinking():
                return self._thinking(part)
            case Foreign(dialect=dialect, value=value) if dialect == DIALECT:
                return value
            case Image() | Document():
                return None  # its loss is named already, or it has no words
            case _:
                self._losses.lose(path)
                return None

    def _call(self, call: ToolCall) -> Item:
        self._cached(call)
        tool = self._tools.get(call.name)
        kind = tool.kind if tool else "function"
        self._kinds[call.id] = kind
        if kind == "search":
            return {
                "type": "tool_search_call",
                "call_id": call.id,
                "execution": "client",
                "arguments": _object_of(call.arguments),
            }
        name = tool.space.local_name if tool and tool.space else call.name
        item: dict[str, object] = {
            "type": "custom_tool_call" if kind == "freeform" else "function_call",
            "call_id": call.id,
            "name": name,
        }
        if tool and tool.space:
            item["namespace"] = tool.space.name
        if kind == "freeform":
            item["input"] = freeform.unwrap(call.arguments)
        else:
            item["arguments"] = call.arguments or "{}"
        return item

    def _result(self, result: ToolResult, path: str) -> Item:
        self._cached(result)
        if result.is_error:
            self._losses.lose(f"{path}.is_error")
        if self._kinds.get(result.id) == "search":
            return _search_output(result)
        content: list[_Content] = []
        for i, part in enumerate(result.parts):
            place = f"{path}.content[{i}]"
            written = self._part(part, place)
            if isinstance(part, Foreign):
                if part.dialect == DIALECT:
                    written = [part.value]
                else:
                    self._losses.lose(place)
            content.extend(written)
        custom = self._kinds.get(result.id) == "freeform"
        return {
            "type": "custom_tool_call_output" if custom else "function_call_output",
            "call_id": result.id,
            "output": _plain(content),
        }

    def _thinking(self, part: Thinking | RedactedThinking) -> Item | None:
        """Reasoning that came from OpenAI goes back with its seal; other reasoning it refuses."""
        seal = seals.disclose(part.signature if isinstance(part, Thinking) else part.data)
        if seal is None or seal.family != DIALECT:
            self._losses.lose("thinking")
            return None
        text = part.text if isinstance(part, Thinking) else ""
        item: dict[str, object] = {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": text}] if text else [],
            "encrypted_content": seal.data,
        }
        if seal.item:
            item["id"] = seal.item
        return item

    def _image(self, image: Image, path: str) -> list[_Content]:
        mark, detail = self._marker(image.cache), image.detail or "auto"
        source = image.source
        if isinstance(source, Inline):
            return [wire.InputImage(_data_url(source), None, detail, mark)]
        if isinstance(source, Remote):
            return [wire.InputImage(source.url, None, detail, mark)]
        if source.dialect == FILES:
            return [wire.InputImage(None, source.file_id, detail, mark)]
        self._losses.lose(path)
        return []

    def _document(self, document: Document, path: str) -> list[_Content]:
        if document.citations:
            self._losses.lose(f"{path}.citations")
        if document.context:
            self._losses.lose(f"{path}.context")
        source, mark, title = document.source, self._marker(document.cache), document.title
        match source:
            case Inline():
                name = title or "document.pdf"
                return [wire.InputFile(_data_url(source), None, None, name, None, mark)]
            case Remote():
                return [wire.InputFile(file_url=source.url, prompt_cache_breakpoint=mark)]
            case PlainText(text=text):
                whole = f"{title}\n\n{text}" if title else text
                return [wire.InputText(whole, mark)]
            case Passage(parts=parts):
                heading: list[_Content] = [wire.InputText(title)] if title else []
                inner = [self._part(part, f"{path}.source.content") for part in parts]
                return [*heading, *(one for some in inner for one in some)]
            case _ if source.dialect == FILES:
                return [wire.InputFile(None, source.file_id, prompt_cache_breakpoint=mark)]
        self._losses.lose(path)
        return []

    def _marker(self, cache: Cache | None) -> wire.Breakpoint | None:
        if cache is None:
            return None
        if not self.marks_cache:
            self._losses.lose("cache_control")
            return None
        return wire.Breakpoint("explicit", "12h" if cache.ttl == "1h" else None)

    def _cached(self, part: Text | ToolCall | ToolResult) -> None:
        """OpenAI marks what is said to the model alone."""
        if part.cache is not None:
            self._losses.lose("cache_control")


def _data_url(inline: Inline) -> str:
    return f"data:{inline.media_type};base64,{inline.data}"


def _plain(content: list[_Content]) -> str | list[_Content]:
    """A string where that says the same."""
    if not content:
        return ""
    first = content[0]
    if len(content) > 1 or not isinstance(first, wire.InputText) or first.prompt_cache_breakpoint:
        return content
    return first.text


def _object_of(arguments: str) -> Raw:
    try:
        _object.decode(arguments)
    except msgspec.MsgspecError:
        return Raw(b"{}")
    return Raw(arguments.encode())


def _search_output(result: ToolResult) -> Item:
    """What a search found stands as text in its result, as it was read."""
    texts = [part.text for part in result.parts if isinstance(part, Text)]
    try:
        tools = msgspec.json.decode("".join(texts) or "[]", type=list[Raw])
    except msgspec.MsgspecError:
        tools = []
    return {
        "type": "tool_search_output",
        "call_id": result.id,
        "execution": "client",
        "tools": cast("object", tools),
    }
