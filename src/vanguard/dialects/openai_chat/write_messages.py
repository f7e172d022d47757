"""Writes the messages of a Conversation in OpenAI's form.

It does not know the request around them. One neutral message may become several: tool results are
messages of their own, and pictures in them, which OpenAI's tool messages cannot hold, follow in the
next user message.
"""

from __future__ import annotations

from typing import cast

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Audio,
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
    ToolCall,
    ToolResult,
)
from vanguard.dialects.openai_chat.read_parts import DIALECT
from vanguard.wire import openai_chat as wire


def write_messages(conversation: Conversation, losses: Losses) -> list[wire.ChatMessage]:
    """The messages, the separate system prompt first.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    written: list[wire.ChatMessage] = []
    if conversation.system:
        written.extend(_system(conversation, losses))
    for i, message in enumerate(conversation.messages):
        path = f"messages[{i}]"
        if message.role == "assistant":
            written.append(_assistant(message, path, losses))
        else:
            written.extend(_other(message, path, losses))
    if conversation.messages[-1].role == "assistant":
        # Anthropic continues such a message; OpenAI answers it with a new one
        losses.lose(f"messages[{len(conversation.messages) - 1}].prefill")
    return written


def _system(conversation: Conversation, losses: Losses) -> list[wire.ChatMessage]:
    texts = []
    for part in conversation.system:
        if isinstance(part, Foreign):
            losses.lose(part.path)
        else:
            _note_cache(part, losses)
            texts.append(part.text)
    return [wire.ChatMessage("system", content="\n\n".join(texts))] if texts else []


def _assistant(message: Message, path: str, losses: Losses) -> wire.ChatMessage:
    texts: list[str] = []
    calls: list[wire.ToolCall] = []
    refusals: list[str] = []
    for i, part in enumerate(message.parts):
        if isinstance(part, Text):
            _note_cache(part, losses)
            texts.append(part.text)
        elif isinstance(part, ToolCall):
            _note_cache(part, losses)
            function = wire.FunctionCall(part.name, part.arguments or "{}")
            calls.append(wire.ToolCall(id=part.id, type="function", function=function))
        elif isinstance(part, Refusal):
            refusals.append(part.text)
        elif isinstance(part, Thinking | RedactedThinking):
            losses.lose("thinking")
        else:
            losses.lose(f"{path}.content[{i}]")
    content: str | list[wire.ContentPart] | None = None
    if len(texts) == 1:
        content = texts[0]
    elif texts:
        content = [wire.TextPart(text) for text in texts]
    elif not calls and not refusals:
        content = ""
    return wire.ChatMessage(
        "assistant",
        content=content,
        name=message.name or None,
        tool_calls=calls or None,
        refusal="".join(refusals) or None,
    )


def _other(message: Message, path: str, losses: Losses) -> list[wire.ChatMessage]:
    """A user or system message; tool results come first, as OpenAI wants them after their calls."""
    written: list[wire.ChatMessage] = []
    moved: list[wire.ContentPart] = []
    parts: list[wire.ContentPart] = []
    for i, part in enumerate(message.parts):
        place = f"{path}.content[{i}]"
        if isinstance(part, ToolResult):
            written.append(_tool_message(part, place, moved, losses))
        else:
            parts.extend(_part(part, place, losses))
    content = moved + parts
    if content or not written:
        written.append(
            wire.ChatMessage(message.role, content=_plain(content), name=message.name or None)
        )
    return written


def _plain(parts: list[wire.ContentPart]) -> str | list[wire.ContentPart]:
    """A string where that says the same: many servers know nothing else."""
    if not parts:
        return ""
    first = parts[0]
    if len(parts) == 1 and isinstance(first, wire.TextPart):
        return first.text
    return parts


def _tool_message(
    result: ToolResult, path: str, moved: list[wire.ContentPart], losses: Losses
) -> wire.ChatMessage:
    _note_cache(result, losses)
    if result.is_error:
        losses.lose(f"{path}.is_error")
    texts: list[wire.ContentPart] = []
    for i, part in enumerate(result.parts):
        for one in _part(part, f"{path}.content[{i}]", losses):
            (texts if isinstance(one, wire.TextPart) else moved).append(one)
    return wire.ChatMessage("tool", content=_plain(texts), tool_call_id=result.id)


def _part(part: Part, path: str, losses: Losses) -> list[wire.ContentPart]:
    match part:
        case Text():
            _note_cache(part, losses)
            return [wire.TextPart(part.text)]
        case Image():
            return _image(part, path, losses)
        case Document():
            return _document(part, path, losses)
        case Audio():
            return [wire.AudioPart(wire.InputAudio(part.data, part.format))]
        case Refusal():
            return [wire.TextPart(part.text)]
        case Foreign(dialect=dialect, value=value) if dialect == DIALECT:
            return [cast("wire.ContentPart", value)]  # encodes as its own bytes
        case _:
            losses.lose(path)
            return []


def _image(image: Image, path: str, losses: Losses) -> list[wire.ContentPart]:
    _note_cache(image, losses)
    if isinstance(image.source, Inline):
        url = _data_url(image.source)
    elif isinstance(image.source, Remote):
        url = image.source.url
    else:
        losses.lose(path)
        return []
    return [wire.ImagePart(wire.ImageUrl(url, image.detail or None))]


def _data_url(inline: Inline) -> str:
    return f"data:{inline.media_type};base64,{inline.data}"


def _document(document: Document, path: str, losses: Losses) -> list[wire.ContentPart]:
    _note_cache(document, losses)
    if document.citations:
        losses.lose(f"{path}.citations")
    if document.context:
        losses.lose(f"{path}.context")
    source = document.source
    if isinstance(source, Inline):
        title = document.title or "document.pdf"
        return [wire.FilePart(wire.FileData(file_data=_data_url(source), filename=title))]
    if isinstance(source, Passage):
        heading = [wire.TextPart(document.title)] if document.title else []
        inner = [_part(part, f"{path}.source.content", losses) for part in source.parts]
        return [*heading, *(one for parts in inner for one in parts)]
    if isinstance(source, PlainText):
        text = f"{document.title}\n\n{source.text}" if document.title else source.text
        return [wire.TextPart(text)]
    if not isinstance(source, Remote) and source.dialect == DIALECT:
        file = wire.FileData(file_id=source.file_id, filename=document.title or None)
        return [wire.FilePart(file)]
    losses.lose(path)
    return []


def _note_cache(part: Text | Image | Document | ToolCall | ToolResult, losses: Losses) -> None:
    if part.cache is not None:
        losses.lose("cache_control")
