"""Writes the turns of a Conversation in Google's form.

It does not know the request around them. Google keeps the system prompt apart, wants the answers to
parallel calls in one turn, an object as each answer, and the name of the function in it.
"""

from __future__ import annotations

import base64
import mimetypes
import re

import msgspec
from msgspec import Raw

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
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.google_generate.read_parts import DIALECT
from vanguard.dialects.google_generate.signatures import UNVERIFIED, googles
from vanguard.wire import google_generate as wire

_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode
_AUDIO = {"mp3": "mpeg"}
# since Gemini 3 a call in the current turn is refused without its signature
_VERIFIES = re.compile(r"gemini-(?:[3-9]|\d{2})")

# a Raw part encodes as its own bytes
Written = wire.Part | Raw


class Turn(msgspec.Struct):
    """A turn in the making."""

    role: str
    parts: list[Written]


class TurnWriter:
    """Writes a conversation's turns."""

    def __init__(self, conversation: Conversation, losses: Losses) -> None:
        self._conversation = conversation
        self._losses = losses
        self._verifies = _VERIFIES.search(conversation.model.lower()) is not None
        self._names = {
            part.id: part.name
            for message in conversation.messages
            for part in message.parts
            if isinstance(part, ToolCall)
        }

    def system(self) -> list[Written]:
        """All system texts, those from between the messages included.

        Raises:
            UnsupportedFeature: a later system message loses its place and losses are strict.
        """
        parts: list[Written] = []
        for one in self._conversation.system:
            if isinstance(one, Text):
                parts += self._text(one)
            elif one.dialect == DIALECT:
                parts.append(one.value)
            else:
                self._losses.lose(one.path)
        leading = True
        for i, message in enumerate(self._conversation.messages):
            if message.role not in {"system", "developer"}:
                leading = False
                continue
            if not leading:
                self._losses.lose(f"messages[{i}].role")
            for j, part in enumerate(message.parts):
                if isinstance(part, Text):
                    parts += self._text(part)
                else:
                    self._losses.lose(f"messages[{i}].content[{j}]")
        return parts

    def turns(self) -> list[Turn]:
        """The turns, users' and the model's in alternation."""
        turns: list[Turn] = []
        for i, message in enumerate(self._conversation.messages):
            if message.role in {"system", "developer"}:
                continue
            role = "model" if message.role == "assistant" else "user"
            parts = self._parts(message, f"messages[{i}]")
            if not parts:
                continue
            if turns and turns[-1].role == role:
                turns[-1].parts.extend(parts)
            else:
                turns.append(Turn(role, parts))
        return turns

    def _parts(self, message: Message, path: str) -> list[Written]:
        if message.name:
            self._losses.lose(f"{path}.name")
        written: list[Written] = []
        signature, called = "", False
        for i, part in enumerate(message.parts):
            if isinstance(part, Thinking):
                kept, signature = self._thinking(part, written, signature)
                if kept:
                    written.append(kept)
            elif isinstance(part, ToolCall):
                if not signature and not called and self._verifies:
                    signature = UNVERIFIED
                written.append(self._call(part, signature, f"{path}.tool_calls"))
                signature, called = "", True
            elif isinstance(part, Text) and signature and part.text:
                self._note_cache(part)
                written.append(wire.Part(text=part.text, thought_signature=signature))
                signature = ""
            else:
                written += self._part(part, f"{path}.content[{i}]")
        if signature:
            written.append(wire.Part(text="", thought_signature=signature))
        return written

    def _thinking(
        self, part: Thinking, written: list[Written], before: str
    ) -> tuple[wire.Part | None, str]:
        """The thought to write, and the signature that the next part gets."""
        if before:
            written.append(wire.Part(text="", thought_signature=before))
        own = googles(part.signature)
        if own is None:
            if part.signature:
                self._losses.lose("thinking")  # Google takes back only what it has sealed itself
                return None, ""
            return wire.Part(text=part.text, thought=True), ""
        signature, place = own
        if place == "thought":
            thought = wire.Part(text=part.text, thought=True, thought_signature=signature)
            return thought, ""
        return (wire.Part(text=part.text, thought=True) if part.text else None), signature

    def _call(self, call: ToolCall, signature: str, path: str) -> wire.Part:
        self._note_cache(call)
        arguments = call.arguments.strip() or "{}"
        try:
            _object.decode(arguments)
        except msgspec.MsgspecError:
            self._losses.lose(f"{path}.arguments")
            arguments = _encode({"arguments": call.arguments}).decode()
        function = wire.FunctionCall(call.name, Raw(arguments.encode()), call.id)
        return wire.Part(function_call=function, thought_signature=signature or None)

    def _part(self, part: Part, path: str) -> list[Written]:
        match part:
            case Text():
                return self._text(part)
            case Refusal(text=text):
                return [wire.Part(text=text)] if text else []
            case ToolResult():
                return self._result(part, path)
            case RedactedThinking():
                self._losses.lose("thinking")
                return []
            case Foreign(dialect=dialect, value=value) if dialect == DIALECT:
                return [value]
            case Image() | Document() | Audio():
                return self._media(part, path)
        self._losses.lose(path)
        return []

    def _text(self, part: Text) -> list[Written]:
        self._note_cache(part)
        return [wire.Part(text=part.text)] if part.text else []

    def _result(self, result: ToolResult, path: str) -> list[Written]:
        self._note_cache(result)
        texts: list[str] = []
        media: list[Written] = []
        for i, part in enumerate(result.parts):
            if isinstance(part, Text):
                texts.append(part.text)
            else:
                # beside the answer, where every model looks at it
                media += self._part(part, f"{path}.content[{i}]")
        name = self._names.get(result.id, result.id)
        response = _response("\n".join(texts), is_error=result.is_error)
        answer = wire.FunctionResponse(name, response, result.id)
        return [wire.Part(function_response=answer), *media]

    def _media(self, part: Image | Document | Audio, path: str) -> list[Written]:
        if isinstance(part, Audio):
            kind = f"audio/{_AUDIO.get(part.format, part.format)}"
            return [wire.Part(inline_data=wire.Blob(kind, part.data))]
        self._note_cache(part)
        if isinstance(part, Image):
            if part.detail not in {"", "auto"}:
                self._losses.lose(f"{path}.image_url.detail")
            return self._source(part.source, "image/jpeg", path)
        if part.citations:
            self._losses.lose(f"{path}.citations")
        if part.context:
            self._losses.lose(f"{path}.context")
        return self._document(part, path)

    def _document(self, document: Document, path: str) -> list[Written]:
        source = document.source
        if document.title and not isinstance(source, Passage):
            # the Gemini API has no field for it (Vertex has)
            self._losses.lose(f"{path}.title")
        if isinstance(source, PlainText):
            data = base64.b64encode(source.text.encode()).decode()
            source = Inline("text/plain", data)
        if isinstance(source, Passage):
            heading: list[Written] = [wire.Part(text=document.title)] if document.title else []
            inner = [self._part(part, f"{path}.source.content") for part in source.parts]
            return [*heading, *(one for parts in inner for one in parts)]
        if isinstance(source, Inline):
            return [wire.Part(inline_data=wire.Blob(source.media_type, source.data))]
        return self._source(source, "application/pdf", path)

    def _source(self, source: Inline | Remote | Stored, kind: str, path: str) -> list[Written]:
        if isinstance(source, Inline):
            return [wire.Part(inline_data=wire.Blob(source.media_type, source.data))]
        if isinstance(source, Stored):
            if source.dialect != DIALECT:
                self._losses.lose(path)
                return []
            return [wire.Part(file_data=wire.FileData(source.file_id, kind))]
        guessed = mimetypes.guess_type(source.url.partition("?")[0], strict=False)[0]
        return [wire.Part(file_data=wire.FileData(source.url, guessed or kind))]

    def _note_cache(self, part: Text | Image | Document | ToolCall | ToolResult) -> None:
        if part.cache is not None:
            self._losses.lose("cache_control")


def _response(text: str, *, is_error: bool) -> Raw:
    """A tool's answer as the object that Google wants; one that is an object already stays."""
    if is_error:
        return Raw(_encode({"error": text}))
    try:
        found = _object.decode(text)
    except msgspec.MsgspecError:
        found = {}
    if found and not (len(found) == 1 and found.keys() & {"output", "result", "error"}):
        return Raw(text.strip().encode())
    return Raw(_encode({"output": text}))
