"""Reads the content blocks of a Converse request.

It does not know the request around them. A cache point marks the block before it.
"""

from __future__ import annotations

import base64
import binascii
from typing import cast

import msgspec
from msgspec import Raw, structs

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.bedrock_converse.blobs import from_blob
from vanguard.dialects.conversation import (
    Audio,
    Cache,
    Document,
    Foreign,
    Image,
    Inline,
    Part,
    Passage,
    PlainText,
    RedactedThinking,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.wire import bedrock_converse as wire
from vanguard.wire.lenient import present

DIALECT = "bedrock_converse"

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "html": "text/html",
    "txt": "text/plain",
    "md": "text/markdown",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TEXTUAL = frozenset({"csv", "html", "txt", "md"})
_MARKABLE = (Text, Image, Document, ToolCall, ToolResult)
_OWN = ("video", "search_result", "tool_addition", "tool_removal")

_encode = msgspec.json.Encoder().encode


def marker(point: wire.CachePoint) -> Cache:
    """A cache marker."""
    return Cache(point.ttl or "")


def message_parts(blocks: list[wire.Block], path: str, foreign: list[Foreign]) -> tuple[Part, ...]:
    """The parts of one message; what only Bedrock has goes to `foreign` or stands as a part.

    Raises:
        InvalidRequest: a block that holds nothing at all.
    """
    parts: list[Part] = []
    for i, block in enumerate(blocks):
        place = f"{path}[{i}]"
        if block.cache_point is not None:
            _mark(parts, block, place, foreign)
        else:
            parts.extend(_parts(block, place, foreign))
    return tuple(parts)


def system_parts(blocks: list[wire.Block], foreign: list[Foreign]) -> tuple[Text | Foreign, ...]:
    """The system prompt."""
    parts = message_parts(blocks, "system", foreign)
    return tuple(
        part if isinstance(part, Text | Foreign) else Foreign(DIALECT, f"system[{i}]", Raw(b"null"))
        for i, part in enumerate(parts)
    )


def _mark(parts: list[Part], block: wire.Block, path: str, foreign: list[Foreign]) -> None:
    last = parts[-1] if parts else None
    if isinstance(last, _MARKABLE) and block.cache_point is not None:
        parts[-1] = structs.replace(last, cache=marker(block.cache_point))
    else:
        foreign.append(Foreign(DIALECT, f"{path}.cachePoint", Raw(_encode(block))))


def _parts(block: wire.Block, path: str, foreign: list[Foreign]) -> list[Part]:
    if block.text is not None:
        return [Text(block.text)]
    if block.tool_use is not None:
        return [_tool_call(block, block.tool_use, path)]
    if block.tool_result is not None:
        return [_tool_result(block.tool_result, path, foreign)]
    if block.reasoning_content is not None:
        return _thinking(block.reasoning_content)
    return _seldom(block, path, foreign)


def _seldom(block: wire.Block, path: str, foreign: list[Foreign]) -> list[Part]:
    if block.image is not None:
        return [_image(block, block.image, path)]
    if block.document is not None:
        return [_document(block, block.document, path)]
    if block.audio is not None:
        return [_audio(block, block.audio, path)]
    if block.guard_content is not None:
        return _guarded(block, block.guard_content, path, foreign)
    if block.citations_content is not None:
        return _cited(block.citations_content, path, foreign)
    for name in _OWN:
        if present(getattr(block, name)) is not None:
            return [Foreign(DIALECT, path, Raw(_encode(block)))]
    # a block of a kind that nobody here knows: its content has been named already
    return []


def _tool_call(block: wire.Block, use: wire.ToolUse, path: str) -> Part:
    if use.type is not None:
        return Foreign(DIALECT, path, Raw(_encode(block)))
    return ToolCall(use.tool_use_id, use.name, bytes(use.input).decode())


def _tool_result(result: wire.ToolResult, path: str, foreign: list[Foreign]) -> Part:
    parts: list[Text | Image | Document | Foreign] = []
    for i, one in enumerate(result.content):
        parts.extend(_result_part(one, f"{path}.toolResult.content[{i}]"))
    if result.type is not None:
        foreign.append(Foreign(DIALECT, f"{path}.toolResult.type", Raw(_encode(result.type))))
    return ToolResult(result.tool_use_id, tuple(parts), result.status == "error")


def _result_part(one: wire.ResultBlock, path: str) -> list[Text | Image | Document | Foreign]:
    if one.text is not None:
        return [Text(one.text)]
    if (json := present(one.json)) is not None:
        return [Text(bytes(json).decode())]
    as_block = wire.Block(image=one.image, document=one.document)
    if one.image is not None:
        return [_image(as_block, one.image, path)]
    if one.document is not None:
        return [_document(as_block, one.document, path)]
    return [Foreign(DIALECT, path, Raw(_encode(one)))]


def _thinking(reasoning: wire.Reasoning) -> list[Part]:
    if reasoning.reasoning_text is not None:
        said = reasoning.reasoning_text
        return [Thinking(said.text, said.signature or "")]
    if reasoning.redacted_content is not None:
        return [RedactedThinking(from_blob(reasoning.redacted_content))]
    return []


def _image(block: wire.Block, image: wire.Media, path: str) -> Image | Foreign:
    if image.source.bytes is None:
        return Foreign(DIALECT, path, Raw(_encode(block)))
    return Image(Inline(f"image/{image.format}", image.source.bytes))


def _audio(block: wire.Block, audio: wire.Media, path: str) -> Audio | Foreign:
    if audio.source.bytes is None:
        return Foreign(DIALECT, path, Raw(_encode(block)))
    return Audio(audio.source.bytes, audio.format)


def _document(block: wire.Block, document: wire.Document, path: str) -> Document | Foreign:
    source, kind = document.source, document.format or "txt"
    read: Inline | PlainText | Passage
    if source.text is not None:
        read = PlainText(source.text)
    elif source.content is not None:
        read = Passage(tuple(Text(one.text) for one in source.content))
    elif source.bytes is not None and kind in _TEXTUAL:
        read = PlainText(_decoded(source.bytes, f"{path}.document.source.bytes"))
    elif source.bytes is not None:
        read = Inline(MEDIA_TYPES.get(kind, f"application/{kind}"), source.bytes)
    else:
        return Foreign(DIALECT, path, Raw(_encode(block)))
    return Document(
        read,
        title=document.name,
        context=document.context or "",
        citations=document.citations is not None and document.citations.enabled,
    )


def _decoded(data: str, path: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path}: not base64 of UTF-8 text", param=path) from error


def _guarded(
    block: wire.Block, content: wire.GuardContent, path: str, foreign: list[Foreign]
) -> list[Part]:
    """The model reads it like any other content; that a guardrail shall, is Bedrock's own."""
    note = Foreign(DIALECT, f"{path}.guardContent", Raw(_encode(block)))
    if content.text is not None:
        foreign.append(note)
        return [Text(content.text.text)]
    if content.image is not None:
        foreign.append(note)
        return [_image(block, content.image, path)]
    return [note]


def _cited(content: wire.CitedContent, path: str, foreign: list[Foreign]) -> list[Part]:
    """The text of an earlier answer; what it cites is Bedrock's own."""
    citations = present(content.citations)
    if citations is not None and bytes(citations) != b"[]":
        foreign.append(Foreign(DIALECT, f"{path}.citationsContent.citations", citations))
    return cast("list[Part]", [Text(one.text) for one in content.content or ()])
