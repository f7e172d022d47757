"""Reads the content blocks of an Anthropic request.

It does not know the request around them.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from vanguard.dialects.conversation import (
    Cache,
    Document,
    Foreign,
    Image,
    Inline,
    Part,
    Passage,
    PlainText,
    RedactedThinking,
    Remote,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.wire import anthropic_messages as wire
from vanguard.wire.lenient import present

DIALECT = "anthropic_messages"

_BILLING_LINE = "x-anthropic-billing-header:"
_encode = msgspec.json.Encoder().encode


def marker(control: wire.CacheControl | None) -> Cache | None:
    """A cache marker."""
    return None if control is None else Cache(control.ttl or "", control.scope or "")


def text_part(block: wire.TextBlock, path: str, foreign: list[Foreign]) -> Text:
    """Text; its citations of an earlier answer go to `foreign`."""
    citations = present(block.citations)
    if citations is not None and bytes(citations) != b"[]":
        foreign.append(Foreign(DIALECT, f"{path}.citations", citations))
    return Text(block.text, marker(block.cache_control))


def system_part(block: wire.TextBlock, path: str, foreign: list[Foreign]) -> Text | Foreign:
    """A piece of the system prompt; Claude Code's billing line concerns Anthropic alone.

    That line changes with every release and session, and would spoil another provider's cache.
    """
    if block.text.startswith(_BILLING_LINE):
        return Foreign(DIALECT, path, Raw(_encode(block)))
    return text_part(block, path, foreign)


def message_parts(
    content: str | list[wire.Block], path: str, foreign: list[Foreign]
) -> tuple[Part, ...]:
    """The parts of one message."""
    if isinstance(content, str):
        return (Text(content),) if content else ()
    return tuple(_part(one, f"{path}.content[{i}]", foreign) for i, one in enumerate(content))


def _part(block: wire.Block, path: str, foreign: list[Foreign]) -> Part:
    match block:
        case wire.TextBlock():
            return text_part(block, path, foreign)
        case wire.ToolUseBlock():
            return _tool_call(block, path, foreign)
        case wire.ToolResultBlock():
            return _tool_result(block, path)
        case wire.ThinkingBlock():
            return Thinking(block.thinking, block.signature)
        case wire.RedactedThinkingBlock():
            return RedactedThinking(block.data)
        case wire.ImageBlock():
            return _image(block)
        case wire.DocumentBlock():
            return _document(block)
        case wire.UnknownBlock():
            return Foreign(DIALECT, path, block.value)


def _tool_call(block: wire.ToolUseBlock, path: str, foreign: list[Foreign]) -> ToolCall:
    caller = present(block.caller)
    if caller is not None and bytes(caller).replace(b" ", b"") != b'{"type":"direct"}':
        foreign.append(Foreign(DIALECT, f"{path}.caller", caller))
    if (toolset := present(block.toolset_name)) is not None:
        foreign.append(Foreign(DIALECT, f"{path}.toolset_name", toolset))
    arguments = bytes(block.input).decode()
    return ToolCall(block.id, block.name, arguments, marker(block.cache_control))


def _tool_result(block: wire.ToolResultBlock, path: str) -> ToolResult:
    content = block.content
    parts: tuple[Text | Image | Document | Foreign, ...] = ()
    if isinstance(content, str):
        parts = (Text(content),) if content else ()
    elif content is not None:
        parts = tuple(_result_part(one, f"{path}.content[{i}]") for i, one in enumerate(content))
    return ToolResult(block.tool_use_id, parts, bool(block.is_error), marker(block.cache_control))


def _result_part(
    block: wire.TextBlock | wire.ImageBlock | wire.DocumentBlock | wire.UnknownBlock, path: str
) -> Text | Image | Document | Foreign:
    match block:
        case wire.TextBlock():
            return Text(block.text, marker(block.cache_control))
        case wire.ImageBlock():
            return _image(block)
        case wire.DocumentBlock():
            return _document(block)
        case wire.UnknownBlock():
            return Foreign(DIALECT, path, Raw(block.value))


def _image(block: wire.ImageBlock) -> Image:
    return Image(_source(block.source), cache=marker(block.cache_control))


def _source(
    source: wire.Base64Source | wire.UrlSource | wire.FileSource,
) -> Inline | Remote | Stored:
    match source:
        case wire.Base64Source():
            return Inline(source.media_type, source.data)
        case wire.UrlSource():
            return Remote(source.url)
        case wire.FileSource():
            return Stored(DIALECT, source.file_id)


def _document(block: wire.DocumentBlock) -> Document:
    source = block.source
    read: Inline | Remote | Stored | PlainText | Passage
    if isinstance(source, wire.TextSource):
        read = PlainText(source.data)
    elif isinstance(source, wire.ContentSource):
        read = Passage(_passage(source.content))
    else:
        read = _source(source)
    return Document(
        read,
        title=block.title or "",
        context=block.context or "",
        citations=bool(block.citations and block.citations.enabled),
        cache=marker(block.cache_control),
    )


def _passage(content: str | list[wire.TextBlock | wire.ImageBlock]) -> tuple[Text | Image, ...]:
    if isinstance(content, str):
        return (Text(content),)
    return tuple(
        Text(one.text, marker(one.cache_control))
        if isinstance(one, wire.TextBlock)
        else _image(one)
        for one in content
    )
