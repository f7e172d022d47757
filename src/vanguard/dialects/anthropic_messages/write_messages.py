"""Writes the messages of a Conversation in Anthropic's form.

It does not know the request around them. Anthropic keeps the system prompt apart, wants one turn
where others send several messages of a role, tool results first in theirs, and no empty text.
"""

from __future__ import annotations

import re
from typing import cast

import msgspec
from msgspec import Raw

from vanguard.dialects import seals
from vanguard.dialects.anthropic_messages.read_blocks import DIALECT
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Audio,
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
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.wire import anthropic_messages as wire

_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_-]")
_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode


def control(cache: Cache | None) -> wire.CacheControl | None:
    """A cache marker."""
    return (
        None
        if cache is None
        else wire.CacheControl("ephemeral", cache.ttl or None, cache.scope or None)
    )


def write_system(conversation: Conversation, losses: Losses) -> list[wire.TextBlock | Raw]:
    """All system texts, those from between the messages included.

    Raises:
        UnsupportedFeature: a later system message loses its place and `losses` is strict.
    """
    blocks: list[wire.TextBlock | Raw] = []
    for one in conversation.system:
        if isinstance(one, Text):
            blocks.append(wire.TextBlock(one.text, control(one.cache)))
        elif one.dialect == DIALECT:
            blocks.append(one.value)
        else:
            losses.lose(one.path)
    leading = True
    for i, message in enumerate(conversation.messages):
        if message.role not in {"system", "developer"}:
            leading = False
            continue
        if not leading:
            losses.lose(f"messages[{i}].role")
        for j, part in enumerate(message.parts):
            if isinstance(part, Text):
                blocks.append(wire.TextBlock(part.text, control(part.cache)))
            else:
                losses.lose(f"messages[{i}].content[{j}]")
    return [block for block in blocks if isinstance(block, Raw) or block.text]


def write_messages(conversation: Conversation, losses: Losses) -> list[wire.MessageParam]:
    """The turns, users' and assistants' in alternation.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    turns: list[tuple[str, list[wire.Block]]] = []
    for i, message in enumerate(conversation.messages):
        if message.role in {"system", "developer"}:
            continue
        blocks = _blocks(message, f"messages[{i}]", losses)
        if not blocks:
            continue
        if turns and turns[-1][0] == message.role:
            turns[-1][1].extend(blocks)
        else:
            turns.append((message.role, blocks))
    return [wire.MessageParam(role, _plain(_ordered(blocks))) for role, blocks in turns]


def _ordered(blocks: list[wire.Block]) -> list[wire.Block]:
    """Tool results first: Anthropic refuses them after other content of the turn."""
    first = [one for one in blocks if isinstance(one, wire.ToolResultBlock)]
    if not first:
        return blocks
    return first + [one for one in blocks if not isinstance(one, wire.ToolResultBlock)]


def _plain(blocks: list[wire.Block]) -> str | list[wire.Block]:
    first = blocks[0]
    if len(blocks) == 1 and isinstance(first, wire.TextBlock) and first.cache_control is None:
        return first.text
    return blocks


def _blocks(message: Message, path: str, losses: Losses) -> list[wire.Block]:
    if message.name:
        losses.lose(f"{path}.name")
    blocks: list[wire.Block] = []
    calls = 0
    for i, part in enumerate(message.parts):
        place = f"{path}.content[{i}]"
        if isinstance(part, ToolCall):
            place = f"{path}.tool_calls[{calls}]"
            calls += 1
        block = _block(part, place, losses)
        if block is not None:
            blocks.append(block)
    return blocks


def _block(part: Part, path: str, losses: Losses) -> wire.Block | None:
    match part:
        case Text() | Refusal():
            cache = part.cache if isinstance(part, Text) else None
            return wire.TextBlock(part.text, control(cache)) if part.text else None
        case ToolCall():
            arguments = _arguments(part, path, losses)
            return wire.ToolUseBlock(tool_id(part.id), part.name, arguments, control(part.cache))
        case ToolResult():
            return _tool_result(part, path, losses)
        case Thinking():
            if seal := seals.claudes(part.signature):
                return wire.ThinkingBlock(part.text, seal)
            losses.lose("thinking")  # Anthropic takes back only what it has sealed itself
            return None
        case RedactedThinking():
            if seal := seals.claudes(part.data):
                return wire.RedactedThinkingBlock(seal)
            losses.lose("thinking")
            return None
        case Image() | Document() | Audio() | Foreign():
            return _media(part, path, losses)


def _media(
    part: Image | Document | Audio | Foreign, path: str, losses: Losses
) -> wire.Block | None:
    if isinstance(part, Image):
        return _image(part, path, losses)
    if isinstance(part, Document):
        return _document(part, path, losses)
    if isinstance(part, Foreign) and part.dialect == DIALECT:
        return cast("wire.Block", part.value)  # encodes as its own bytes
    losses.lose(path)
    return None


def tool_id(written: str) -> str:
    """An id of the form that Anthropic accepts; calls and results change alike."""
    return _NOT_IN_IDS.sub("_", written)


def _arguments(call: ToolCall, path: str, losses: Losses) -> Raw:
    """The call's arguments; Anthropic wants an object, and models do not always write one."""
    text = call.arguments.strip()
    if not text:
        return Raw(b"{}")
    try:
        _object.decode(text)
    except msgspec.MsgspecError:
        losses.lose(f"{path}.function.arguments")
        return Raw(_encode({"arguments": call.arguments}))
    return Raw(text.encode())


def _tool_result(result: ToolResult, path: str, losses: Losses) -> wire.ToolResultBlock:
    blocks = []
    for i, part in enumerate(result.parts):
        block = _block(part, f"{path}.content[{i}]", losses)
        if block is not None:
            blocks.append(block)
    content = _plain(blocks) if blocks else None
    return wire.ToolResultBlock(
        tool_id(result.id),
        cast("_ResultContent", content),
        is_error=True if result.is_error else None,
        cache_control=control(result.cache),
    )


_ResultContent = (
    str | list[wire.TextBlock | wire.ImageBlock | wire.DocumentBlock | wire.UnknownBlock] | None
)


def _image(image: Image, path: str, losses: Losses) -> wire.ImageBlock | None:
    if image.detail not in {"", "auto"}:
        losses.lose(f"{path}.image_url.detail")
    source = _source(image.source)
    if source is None:
        losses.lose(path)
        return None
    return wire.ImageBlock(source, control(image.cache))


def _source(
    source: Inline | Remote | Stored,
) -> wire.Base64Source | wire.UrlSource | wire.FileSource | None:
    match source:
        case Inline():
            return wire.Base64Source(source.media_type, source.data)
        case Remote():
            return wire.UrlSource(source.url)
        case Stored():
            return wire.FileSource(source.file_id) if source.dialect == DIALECT else None


def _document(document: Document, path: str, losses: Losses) -> wire.DocumentBlock | None:
    source: (
        wire.Base64Source
        | wire.UrlSource
        | wire.FileSource
        | wire.TextSource
        | wire.ContentSource
        | None
    )
    match document.source:
        case PlainText(text=text):
            source = wire.TextSource(text, "text/plain")
        case Passage(parts=parts):
            blocks = [_block(part, f"{path}.source.content", losses) for part in parts]
            kept = [one for one in blocks if isinstance(one, wire.TextBlock | wire.ImageBlock)]
            source = wire.ContentSource(kept)
        case Inline() | Remote() | Stored():
            source = _source(document.source)
    if source is None:
        losses.lose(path)
        return None
    return wire.DocumentBlock(
        source,
        title=document.title or None,
        context=document.context or None,
        citations=wire.CitationsConfig(enabled=True) if document.citations else None,
        cache_control=control(document.cache),
    )
