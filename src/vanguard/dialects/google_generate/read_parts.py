"""Reads the turns of a Google request.

It does not know the request around them.
"""

from __future__ import annotations

import base64
import binascii
from collections import deque

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import (
    Audio,
    Document,
    Foreign,
    Image,
    Inline,
    Message,
    Part,
    PlainText,
    Remote,
    Role,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.google_generate.signatures import Place, opened
from vanguard.wire import google_generate as wire
from vanguard.wire.lenient import own_fields, present

DIALECT = "google_generate"

_ROLES: dict[str, Role] = {"user": "user", "model": "assistant", "function": "user", "": "user"}
_AUDIO = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "x-aac": "aac"}
# what a part may be that Google's API alone knows
_OWN = ("executable_code", "code_execution_result", "tool_call", "tool_response")
# what may stand beside a part, and says how to look at it
_BESIDE = ("video_metadata", "media_resolution", "part_metadata")
_ANSWERS = ("output", "result")

_object = msgspec.json.Decoder(dict[str, Raw])
_string = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode


class TurnReader:
    """Reads turn after turn; calls without an id get one, and answers find theirs by name."""

    def __init__(self) -> None:
        self._count = 0
        self._open: dict[str, deque[str]] = {}
        self.foreign: list[Foreign] = []

    def messages(self, contents: list[wire.Content], path: str) -> tuple[Message, ...]:
        """The turns. SDKs keep each chunk of a stream as a turn of its own: these become one.

        Raises:
            InvalidRequest: a role that is none, or a part that cannot be read.
        """
        turns: list[tuple[Role, list[Part]]] = []
        for i, content in enumerate(contents):
            role = self._role(content, f"{path}[{i}]")
            goes_on = bool(turns) and role == turns[-1][0] == "assistant"
            parts = turns[-1][1] if goes_on else []
            if not goes_on:
                turns.append((role, parts))
            self._read_all(content, f"{path}[{i}]", parts)
        return tuple(Message(role, tuple(parts)) for role, parts in turns)

    def part(self, part: wire.Part, path: str) -> list[Part]:
        """What a part of what is no turn holds: none, one, or more with the seal of one.

        Raises:
            InvalidRequest: it cannot be read.
        """
        parts: list[Part] = []
        self._read(part, path, parts)
        return parts

    def _role(self, content: wire.Content, path: str) -> Role:
        role = _ROLES.get(content.role or "")
        if role is None:
            raise InvalidRequest(
                f"{path}.role: '{str(content.role)[:50]}' is not one of user, model",
                param=f"{path}.role",
            )
        return role

    def _read_all(self, content: wire.Content, path: str, parts: list[Part]) -> None:
        before = len(parts)
        for i, part in enumerate(content.parts or ()):
            self._read(part, f"{path}.parts[{i}]", parts)
        if 0 < before < len(parts):
            # a text that goes on in the next chunk
            last, first = parts[before - 1], parts[before]
            if isinstance(last, Text) and isinstance(first, Text):
                parts[before - 1 : before + 1] = [Text(last.text + first.text)]

    def _read(self, part: wire.Part, path: str, parts: list[Part]) -> None:
        self.foreign += [
            Foreign(DIALECT, _named(one.path), one.value) for one in own_fields(part, _BESIDE, path)
        ]
        if part.thought:
            _thought(part, parts)
            return
        if part.thought_signature:
            place: Place = "call" if part.function_call is not None else "text"
            parts.append(opened(part.thought_signature, _unsealed(parts), place))
        if part.text is not None:
            if part.text:
                parts.append(Text(part.text))
        elif part.function_call is not None:
            parts.append(self._call(part.function_call, path))
        elif part.function_response is not None:
            parts.append(self._answer(part.function_response, path))
        else:
            parts.extend(_media(part, path))

    def _call(self, call: wire.FunctionCall, path: str) -> ToolCall:
        if not call.name:
            place = f"{path}.functionCall.name"
            raise InvalidRequest(f"{place}: is missing", param=place)
        self._count += 1
        name = call.id or f"call_{self._count}"
        self._open.setdefault(call.name, deque()).append(name)
        arguments = present(call.args)
        return ToolCall(name, call.name, bytes(arguments).decode() if arguments else "{}")

    def _answer(self, answer: wire.FunctionResponse, path: str) -> ToolResult:
        waiting = self._open.get(answer.name, deque())
        if answer.id:
            name = answer.id
            if name in waiting:
                waiting.remove(name)
        elif waiting:
            name = waiting.popleft()
        else:
            place = f"{path}.functionResponse"
            raise InvalidRequest(
                f"{place}: no call of '{answer.name[:100]}' stands before it", param=place
            )
        parts: list[Text | Image | Document | Foreign] = []
        text, failed = _answered(present(answer.response))
        if text:
            parts.append(Text(text))
        for i, one in enumerate(answer.parts or ()):
            inner = wire.Part(inline_data=one.inline_data, file_data=one.file_data)
            found = _media(inner, f"{path}.functionResponse.parts[{i}]")
            parts += [one for one in found if isinstance(one, Image | Document | Foreign)]
        return ToolResult(name, tuple(parts), is_error=failed)


def _named(path: str) -> str:
    """The path as it stands on the wire."""
    head, _, field = path.rpartition(".")
    return f"{head}.{wire.camel(field)}"


def _thought(part: wire.Part, parts: list[Part]) -> None:
    text = part.text or ""
    if part.thought_signature:
        parts.append(opened(part.thought_signature, _unsealed(parts) + text, "thought"))
    elif text:
        parts.append(Thinking(_unsealed(parts) + text))


def _unsealed(parts: list[Part]) -> str:
    """Takes back the thinking before, which streams tell in pieces with the seal at their end."""
    last = parts[-1] if parts else None
    if isinstance(last, Thinking) and not last.signature:
        parts.pop()
        return last.text
    return ""


def _answered(response: Raw | None) -> tuple[str, bool]:
    """A function's answer as text, and whether it tells an error.

    Google wants an object; where it is one text under a usual name, that text is the answer.
    """
    if response is None:
        return "", False
    written = bytes(response).decode()
    try:
        found = _object.decode(response)
    except msgspec.MsgspecError:
        return written, False
    if len(found) == 1:
        ((name, value),) = found.items()
        if name in {"error", *_ANSWERS} and bytes(value)[:1] == b'"':
            return _string.decode(value), name == "error"
    return written, False


def _media(part: wire.Part, path: str) -> list[Part]:
    if part.inline_data is not None:
        return [_inline(part.inline_data, path)]
    if part.file_data is not None:
        return [_file(part.file_data, path)]
    found: list[Part] = []
    for one in own_fields(part, _OWN, path):
        name = wire.camel(one.path.rpartition(".")[2])
        found.append(Foreign(DIALECT, path, Raw(_encode({name: one.value}))))
    return found


def _inline(blob: wire.Blob, path: str) -> Part:
    kind, _, form = blob.mime_type.partition(";")[0].partition("/")
    title = blob.display_name or ""
    if kind == "image":
        return Image(Inline(blob.mime_type, blob.data))
    if kind == "audio":
        return Audio(blob.data, _AUDIO.get(form, form))
    if kind == "video":
        return Foreign(DIALECT, path, Raw(_encode({"inlineData": blob})))
    if blob.mime_type == "text/plain":
        try:
            text = base64.b64decode(blob.data, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            place = f"{path}.inlineData.data"
            raise InvalidRequest(f"{place}: not base64 of UTF-8 text", param=place) from error
        return Document(PlainText(text), title)
    return Document(Inline(blob.mime_type, blob.data), title)


def _file(file: wire.FileData, path: str) -> Part:
    uri, kind = file.file_uri, (file.mime_type or "").partition("/")[0]
    ours = uri.startswith("https://generativelanguage.googleapis.com/") or "://" not in uri
    ours = ours or uri.startswith("gs://")
    source = Stored(DIALECT, uri) if ours else Remote(uri)
    if kind in {"video", "audio"} or (not kind and "youtu" in uri):
        return Foreign(DIALECT, path, Raw(_encode({"fileData": file})))
    if kind == "image":
        return Image(source)
    return Document(source, file.display_name or "")
