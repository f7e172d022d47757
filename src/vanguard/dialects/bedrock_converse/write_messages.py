"""Writes the messages of a Conversation in Converse's form.

It does not know the request around them. Converse keeps the system prompt apart, wants one turn where
others send several messages of a role, tool results first in theirs, and no empty text; a cache point is
a block of its own after what it marks.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

import msgspec
from msgspec import Raw

from vanguard.dialects import seals
from vanguard.dialects.bedrock_converse.read_blocks import DIALECT, MEDIA_TYPES
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
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.wire import bedrock_converse as wire

_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_-]")
# Bedrock API reference, DocumentBlock (2026-11): what may be in a name, and no two spaces in a row
_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z\s()\[\]-]")
_SPACES = re.compile(r"\s+")
_NAME_CHARACTERS = 200
# what no count that is put behind it cuts off
_STEM_CHARACTERS = 190
_IMAGES = frozenset({"png", "jpeg", "gif", "webp"})
_FORMATS = {media_type: name for name, media_type in MEDIA_TYPES.items()}
_AUDIO = frozenset({"mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "m4a", "pcm", "webm"})

_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode

Block = wire.Block | Raw


def points(cache: Cache | None, path: str, losses: Losses) -> list[wire.CachePoint]:
    """The cache point that a marker means: one or none."""
    if cache is None:
        return []
    if cache.scope:
        losses.lose(f"{path}.cache_control.scope")
    return [wire.CachePoint("default", cache.ttl or None)]


def _with_point(block: Block, cache: Cache | None, path: str, losses: Losses) -> list[Block]:
    return [block, *(wire.Block(cache_point=one) for one in points(cache, path, losses))]


def write_system(conversation: Conversation, losses: Losses) -> list[Block]:
    """All system texts, those from between the messages included.

    Raises:
        UnsupportedFeature: a later system message loses its place and `losses` is strict.
    """
    blocks: list[Block] = []
    for i, one in enumerate(conversation.system):
        if isinstance(one, Text):
            blocks += _text(one, f"system[{i}]", losses)
        elif one.dialect != DIALECT:
            losses.lose(one.path)
        elif bytes(one.value) != b"null":
            blocks.append(one.value)
    leading = True
    for i, message in enumerate(conversation.messages):
        if message.role not in {"system", "developer"}:
            leading = False
            continue
        if not leading:
            losses.lose(f"messages[{i}].role")
        for j, part in enumerate(message.parts):
            if isinstance(part, Text):
                blocks += _text(part, f"messages[{i}].content[{j}]", losses)
            else:
                losses.lose(f"messages[{i}].content[{j}]")
    return blocks


def _text(text: Text, path: str, losses: Losses) -> list[Block]:
    if not text.text:
        return []
    return _with_point(wire.Block(text=text.text), text.cache, path, losses)


class MessagesWriter:
    """Writes the turns of one request; documents' names must differ within it."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._names: set[str] = set()
        # how far it was counted, by what names that are counted begin with
        self._counts: dict[str, int] = {}

    def turns(self, messages: Sequence[Message]) -> list[tuple[str, list[Block]]]:
        """Users' and assistants' turns in alternation, each with its blocks.

        Raises:
            UnsupportedFeature: something is lost and `losses` is strict.
        """
        turns: list[tuple[str, list[Block]]] = []
        for i, message in enumerate(messages):
            if message.role in {"system", "developer"}:
                continue
            blocks = self._message(message, f"messages[{i}]")
            if not blocks:
                continue
            if turns and turns[-1][0] == message.role:
                turns[-1][1].extend(blocks)
            else:
                turns.append((message.role, blocks))
        return [(role, _ordered(blocks)) for role, blocks in turns]

    def _message(self, message: Message, path: str) -> list[Block]:
        if message.name:
            self._losses.lose(f"{path}.name")
        blocks: list[Block] = []
        calls = 0
        for i, part in enumerate(message.parts):
            place = f"{path}.content[{i}]"
            if isinstance(part, ToolCall):
                place = f"{path}.tool_calls[{calls}]"
                calls += 1
            blocks += self._part(part, place)
        return blocks

    def _part(self, part: Part, path: str) -> list[Block]:
        losses = self._losses
        match part:
            case Text():
                return _text(part, path, losses)
            case Refusal():
                return [wire.Block(text=part.text)] if part.text else []
            case ToolCall():
                use = wire.ToolUse(tool_id(part.id), part.name, self._arguments(part, path))
                return _with_point(wire.Block(tool_use=use), part.cache, path, losses)
            case ToolResult():
                result = self._tool_result(part, path)
                return _with_point(wire.Block(tool_result=result), part.cache, path, losses)
            case Thinking() | RedactedThinking():
                return self._thinking(part)
            case Image() | Document() | Audio() | Foreign():
                return self._media(part, path)

    def _thinking(self, part: Thinking | RedactedThinking) -> list[Block]:
        seal = seals.claudes(part.signature if isinstance(part, Thinking) else part.data)
        if not seal:
            self._losses.lose("thinking")  # models take back only what they have sealed themselves
            return []
        if isinstance(part, Thinking):
            sealed = wire.Reasoning(wire.ReasoningText(part.text, seal))
        else:
            sealed = wire.Reasoning(redacted_content=seal)
        return [wire.Block(reasoning_content=sealed)]

    def _arguments(self, call: ToolCall, path: str) -> Raw:
        """The call's arguments; Converse wants an object, and models do not always write one."""
        text = call.arguments.strip()
        if not text:
            return Raw(b"{}")
        try:
            _object.decode(text)
        except msgspec.MsgspecError:
            self._losses.lose(f"{path}.function.arguments")
            return Raw(_encode({"arguments": call.arguments}))
        return Raw(text.encode())

    def _tool_result(self, result: ToolResult, path: str) -> wire.ToolResult:
        content: list[wire.ResultBlock] = []
        for i, part in enumerate(result.parts):
            block = self._result_part(part, f"{path}.content[{i}]")
            if block is not None:
                content.append(block)
        status = "error" if result.is_error else None
        return wire.ToolResult(tool_id(result.id), content, status)

    def _result_part(
        self, part: Text | Image | Document | Foreign, path: str
    ) -> wire.ResultBlock | None:
        if isinstance(part, Text):
            if part.cache is not None:
                self._losses.lose(f"{path}.cache_control")
            return wire.ResultBlock(text=part.text) if part.text else None
        if isinstance(part, Image) and (image := self._image(part, path)) is not None:
            return wire.ResultBlock(image=image)
        if isinstance(part, Document) and (document := self._document(part, path)) is not None:
            return wire.ResultBlock(document=document)
        if isinstance(part, Foreign):
            self._losses.lose(path)
        return None

    def _media(self, part: Image | Document | Audio | Foreign, path: str) -> list[Block]:
        losses = self._losses
        if isinstance(part, Image):
            image = self._image(part, path)
            block = None if image is None else wire.Block(image=image)
        elif isinstance(part, Document):
            document = self._document(part, path)
            block = None if document is None else wire.Block(document=document)
        elif isinstance(part, Audio) and part.format in _AUDIO:
            block = wire.Block(audio=wire.Media(part.format, wire.Source(bytes=part.data)))
        elif isinstance(part, Foreign) and part.dialect == DIALECT:
            return [part.value]
        else:
            losses.lose(path)
            block = None
        if block is None:
            return []
        cache = part.cache if isinstance(part, Image | Document) else None
        return _with_point(block, cache, path, losses)

    def _image(self, image: Image, path: str) -> wire.Media | None:
        if image.detail not in {"", "auto"}:
            self._losses.lose(f"{path}.image_url.detail")
        source = image.source
        if isinstance(source, Inline):
            kind = source.media_type.removeprefix("image/").replace("jpg", "jpeg")
            if kind in _IMAGES:
                return wire.Media(kind, wire.Source(bytes=source.data))
        self._losses.lose(path)  # Converse fetches nothing but from a bucket of the same account
        return None

    def _document(self, document: Document, path: str) -> wire.Document | None:
        source, kind = document.source, None
        written: wire.Source | None = None
        match source:
            case PlainText(text=text):
                # by bytes: every model that reads documents reads them so
                kind = "txt"
                written = wire.Source(bytes=base64.b64encode(text.encode()).decode())
            case Passage(parts=parts):
                texts = [wire.TextOnly(part.text) for part in parts if isinstance(part, Text)]
                if len(texts) < len(parts):
                    self._losses.lose(f"{path}.source.content")
                written = wire.Source(content=texts)
            case Inline(media_type=media_type, data=data) if media_type in _FORMATS:
                kind, written = _FORMATS[media_type], wire.Source(bytes=data)
            case _:
                self._losses.lose(path)
                return None
        return wire.Document(
            name=self._name(document.title),
            source=written,
            format=kind,
            context=document.context or None,
            citations=wire.Citations(enabled=True) if document.citations else None,
        )

    def _name(self, title: str) -> str:
        """A name as Bedrock accepts it, and not twice in a request."""
        plain = _SPACES.sub(" ", _NOT_IN_NAMES.sub("-", title)).strip()[:_NAME_CHARACTERS]
        name = plain = plain or "document"
        stem = plain[:_STEM_CHARACTERS]
        count = self._counts.get(stem, 1)
        while name in self._names:
            count += 1
            end = f"-{count}"
            name = plain[: _NAME_CHARACTERS - len(end)] + end
        self._counts[stem] = count
        self._names.add(name)
        return name


def _ordered(blocks: list[Block]) -> list[Block]:
    """Tool results first, each with its cache point: models refuse them after other content."""
    first: list[Block] = []
    rest: list[Block] = []
    into = rest
    for block in blocks:
        if not (isinstance(block, wire.Block) and block.cache_point is not None):
            is_result = isinstance(block, wire.Block) and block.tool_result is not None
            into = first if is_result else rest
        into.append(block)
    return first + rest


def tool_id(written: str) -> str:
    """An id of the form that Bedrock accepts; calls and results change alike."""
    return _NOT_IN_IDS.sub("_", written)[:64]
