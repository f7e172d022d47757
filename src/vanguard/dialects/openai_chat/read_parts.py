"""Reads the messages' content of an OpenAI chat request.

It does not know the request around them.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import (
    Audio,
    Cache,
    Document,
    Foreign,
    Image,
    Part,
    RedactedThinking,
    Refusal,
    Remote,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.data_urls import file_content, inline
from vanguard.wire import openai_chat as wire
from vanguard.wire.lenient import present

DIALECT = "openai_chat"


def marker(control: wire.CacheControl | None) -> Cache | None:
    """A cache marker, which clients of compatible gateways send in Anthropic's form."""
    return None if control is None else Cache(control.ttl or "")


def message_parts(message: wire.ChatMessage, path: str) -> tuple[Part, ...]:
    """The parts of a system, user or assistant message, reasoning first and calls last."""
    parts: list[Part] = []
    if message.role == "assistant":
        parts.extend(_thinking(message))
    parts.extend(_content(message.content, path))
    if message.refusal:
        parts.append(Refusal(message.refusal))
    for i, call in enumerate(message.tool_calls or ()):
        parts.append(_tool_call(call, f"{path}.tool_calls[{i}]"))
    if message.cache_control is not None:
        _mark_last(parts, marker(message.cache_control))
    return tuple(parts)


def tool_result(message: wire.ChatMessage, path: str) -> ToolResult:
    """A message of role `tool`.

    Raises:
        InvalidRequest: it names no call.
    """
    if not message.tool_call_id:
        raise InvalidRequest(
            f"{path}.tool_call_id: is missing in a message of role tool",
            param=f"{path}.tool_call_id",
        )
    parts = []
    for i, part in enumerate(_content(message.content, path)):
        if isinstance(part, Refusal):
            part = Text(part.text)  # noqa: PLW2901 - a tool cannot refuse; its words are text
        if not isinstance(part, Text | Image | Document | Foreign):
            raise InvalidRequest(
                f"{path}.content[{i}]: a tool's answer may hold text, images and files",
                param=f"{path}.content[{i}]",
            )
        parts.append(part)
    return ToolResult(message.tool_call_id, tuple(parts), cache=marker(message.cache_control))


def _mark_last(parts: list[Part], cache: Cache | None) -> None:
    for i in range(len(parts) - 1, -1, -1):
        part = parts[i]
        if isinstance(part, Text):
            parts[i] = Text(part.text, cache)
            return


def _thinking(message: wire.ChatMessage) -> list[Part]:
    """Sealed reasoning where it was sent back, else its bare text."""
    parts: list[Part] = []
    for detail in message.reasoning_details or ():
        if detail.type == "reasoning.encrypted" and detail.data:
            parts.append(RedactedThinking(detail.data))
        elif detail.text is not None:
            parts.append(Thinking(detail.text, detail.signature or ""))
    text = message.reasoning_content or message.reasoning
    if not parts and text:
        parts.append(Thinking(text))
    return parts


def _content(content: str | list[wire.ContentPart] | UnsetType | None, path: str) -> list[Part]:
    if content is None or content is UNSET:
        return []
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [_part(part, f"{path}.content[{i}]") for i, part in enumerate(content)]


def _part(part: wire.ContentPart, path: str) -> Part:
    match part:
        case wire.TextPart():
            return Text(part.text, marker(part.cache_control))
        case wire.ImagePart():
            return _image(part, path)
        case wire.AudioPart():
            return Audio(part.input_audio.data, part.input_audio.format)
        case wire.FilePart():
            return _file(part, path)
        case wire.RefusalPart():
            return Refusal(part.refusal)
        case wire.UnknownPart():
            return Foreign(DIALECT, path, part.value)


def _image(part: wire.ImagePart, path: str) -> Image:
    if isinstance(part.image_url, str):
        url, detail = part.image_url, ""
    else:
        url, detail = part.image_url.url, part.image_url.detail or ""
    cache = marker(part.cache_control)
    if not url.startswith("data:"):
        return Image(Remote(url), detail, cache)
    return Image(inline(url, f"{path}.image_url.url"), detail, cache)


def _file(part: wire.FilePart, path: str) -> Document:
    file, cache = part.file, marker(part.cache_control)
    title = file.filename or ""
    if file.file_id:
        return Document(Stored(DIALECT, file.file_id), title, cache=cache)
    if not file.file_data:
        raise InvalidRequest(
            f"{path}.file: needs file_data or file_id", param=f"{path}.file.file_data"
        )
    source = file_content(file.file_data, f"{path}.file.file_data")
    return Document(source, title, cache=cache)


def _tool_call(call: wire.ToolCall, path: str) -> ToolCall | Foreign:
    if call.function is None:
        if (custom := present(call.custom)) is not None:
            return Foreign(DIALECT, path, custom)
        raise InvalidRequest(f"{path}.function: is missing", param=f"{path}.function")
    if not call.id:
        raise InvalidRequest(f"{path}.id: is missing", param=f"{path}.id")
    return ToolCall(call.id, call.function.name, call.function.arguments or "")
