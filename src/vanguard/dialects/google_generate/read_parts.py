"""Reads the turns of a Google request.

It does not know the request around them.
"""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict

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
        # by the function's name: ids that wait for an answer, in order, and how often
        self._open: dict[str, OrderedDict[str, int]] = {}
        self.foreign: list[Foreign] = []

    def messages(self, contents: list[wire.Content], path: str) -> tuple[Message, ...]:
        """The turns. SDKs keep each chunk of a stream as a turn of its own: these become one.

        Raises:
            InvalidRequest: a role that is none, or a part that cannot be read.
        """
        turns: list[tuple[Role, list[Part], set[int]]] = []
        for i, content in enumerate(contents):
            role = self._role(content, f"{path}[{i}]")
            goes_on = bool(turns) and role == turns[-1][0] == "assistant"
            if not goes_on:
                turns.append((role, [], set()))
            self._read_all(content, f"{path}[{i}]", turns[-1][1], turns[-1][2])
        return tuple(Message(role, _joined(parts, seams)) for role, parts, seams in turns)

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

    def _read_all(
        self, content: wire.Content, path: str, parts: list[Part], seams: set[int]
    ) -> None:
        before = len(parts)
        after_text = bool(parts) and isinstance(parts[-1], Text)
        for i, part in enumerate(content.parts or ()):
            self._read(part, f"{path}.parts[{i}]", parts)
        if after_text and before < len(parts) and isinstance(parts[before], Text):
            # a text that goes on in the next chunk
            seams.add(before)

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
        waiting = self._open.setdefault(call.name, OrderedDict())
        waiting[name] = waiting.get(name, 0) + 1
        arguments = present(call.args)
        return ToolCall(name, call.name, bytes(arguments).decode() if arguments else "{}")

    def _answer(self, answer: wire.FunctionResponse, path: str) -> ToolResult:
        waiting = self._open.get(answer.name)
        if answer.id:
            name = answer.id
        elif waiting:
            name = next(iter(waiting))
        else:
            place = f"{path}.functionResponse"
            raise InvalidRequest(
                f"{place}: no call of '{answer.name[:100]}' stands before it", param=place
            )
        if waiting and name in waiting:
            waiting[name] -= 1
            if not waiting[name]:
                del waiting[name]
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
        parts.append(Thinking(text))


def _unsealed(parts: list[Part]) -> str:
    """Takes back the thinking before, which streams tell in pieces with the seal at their end."""
    pieces: list[str] = []
    while parts and isinstance(last := parts[-1], Thinking) and not last.signature:
        pieces.append(last.text)
        parts.pop()
    return "".join(reversed(pieces))


def _joined(parts: list[Part], seams: set[int]) -> tuple[Part, ...]:
    """The parts, with one for several that are pieces of it.

    They are put together once and at the end: a client may send any number of them.

    Args:
        parts: in order; what is thought and was not sealed is pieces.
        seams: places of texts that go on with the one before.
    """
    runs: list[list[Part]] = []
    for i, part in enumerate(parts):
        if i in seams or (runs and _is_open(part) and _is_open(runs[-1][-1])):
            runs[-1].append(part)
        else:
            runs.append([part])
    return tuple(run[0] if len(run) == 1 else _whole(run) for run in runs)


def _is_open(part: Part) -> bool:
    return isinstance(part, Thinking) and not part.signature


def _whole(pieces: list[Part]) -> Text | Thinking:
    text = "".join(one.text for one in pieces if isinstance(one, Text | Thinking))
    return Text(text) if isinstance(pieces[0], Text) else Thinking(text)


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
