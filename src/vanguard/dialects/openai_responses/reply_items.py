"""The items of an answer in the responses' form, each with the events of its life.

It does not know the answer around them. Order of events: OpenAI API reference, responses, streaming
events (2026-11): an item is added, its parts are added, grow and are done, the item is done; every
event has the next number.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.dialects import freeform
from vanguard.dialects.citations.openai import url_citation
from vanguard.dialects.conversation import Cited, Tool, ToolStart

_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

# what is told once more at the end is kept until then
_ANSWER_CHARACTERS = 32 * 1024 * 1024

Json = dict[str, object]


class Events:
    """Numbers the events of one answer, and bounds what of it is kept.

    Attributes:
        number: of the next event.
        said: characters of the texts that have ended.
    """

    def __init__(self) -> None:
        self.number = 0
        self.said = 0
        self._kept = 0

    def event(self, kind: bytes, fields: bytes) -> bytes:
        """One event; `fields` are those of its JSON object but type and number."""
        number = self.number
        self.number = number + 1
        return b'event: %b\ndata: {"type":"%b",%b,"sequence_number":%d}\n\n' % (
            kind,
            kind,
            fields,
            number,
        )

    def keep(self, pieces: list[str], text: str) -> None:
        """Keeps one piece more.

        Raises:
            UpstreamError: the answer is longer than any model writes.
        """
        self._kept += len(text)
        if self._kept > _ANSWER_CHARACTERS:
            raise UpstreamError(f"the answer exceeds {_ANSWER_CHARACTERS} characters")
        pieces.append(text)


class ReplyItem(ABC):
    """What all items have in common.

    Attributes:
        status: as it was told last.
    """

    def __init__(self, events: Events, index: int, item_id: str) -> None:
        self.status = "in_progress"
        self._events = events
        self._id = item_id
        self._index = index
        self._place = b'"item_id":%b,"output_index":%d' % (_encode(item_id), index)

    def open(self) -> bytes:
        """The event that adds it."""
        return self._told(b"response.output_item.added", "in_progress")

    def close(self, status: str = "completed") -> bytes:
        """The event that says it is done, or that it goes no further."""
        return self._told(b"response.output_item.done", status)

    @abstractmethod
    def json(self, status: str) -> Json:
        """The item as far as it is."""

    def _told(self, kind: bytes, status: str) -> bytes:
        self.status = status
        fields = b'"output_index":%d,"item":%b' % (self._index, _encode(self.json(status)))
        return self._events.event(kind, fields)


class MessageItem(ReplyItem):
    """What the model says: parts of text, and of a refusal."""

    def __init__(self, events: Events, index: int, item_id: str) -> None:
        super().__init__(events, index, item_id)
        self._done: list[Json] = []
        self._kind = ""  # of the part that grows
        self._pieces: list[str] = []
        self._citations: list[Json] = []
        self._piece = 0  # where in the part the piece that grows began
        self._delta = b""
        self._rest = b""

    def text(self, text: str) -> bytes:
        """More text."""
        opened = b"" if self._kind == "output_text" else self._begin("output_text")
        return opened + self._grow(text)

    def refusal(self, text: str) -> bytes:
        """More of a refusal."""
        opened = b"" if self._kind == "refusal" else self._begin("refusal")
        return opened + self._grow(text)

    def begin_piece(self) -> None:
        """What follows is another piece of the text, with sources of its own."""
        self._piece = sum(map(len, self._pieces))

    def cite(self, cited: Cited) -> bytes:
        """A source of its text; empty where there is no such text, or the source has no address."""
        if self._kind != "output_text":
            return b""
        span = self._piece, sum(map(len, self._pieces))
        if cited.start >= 0:
            first, last = (at - self._events.said for at in (cited.start, cited.end))
            span = min(max(first, 0), span[1]), min(max(last, 0), span[1])
        told = url_citation(cited.source, span)
        if told is None:
            return b""
        annotation: Json = {"type": "url_citation", **told}
        here = b'%b,"annotation_index":%d' % (self._here(), len(self._citations))
        self._citations.append(annotation)
        return self._events.event(
            b"response.output_text.annotation.added",
            b'%b,"annotation":%b' % (here, _encode(annotation)),
        )

    def close(self, status: str = "completed") -> bytes:
        """The ends of its last part and of itself."""
        return self._end_part() + super().close(status)

    def json(self, status: str) -> Json:
        """The message."""
        return {
            "id": self._id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": self._done,
        }

    def _grow(self, text: str) -> bytes:
        self._events.keep(self._pieces, text)
        return self._events.event(self._delta, b"%b%b" % (self._rest, _encode(text)))

    def _part(self, text: str) -> Json:
        if self._kind == "refusal":
            return {"type": "refusal", "refusal": text}
        citations = list(self._citations)
        return {"type": "output_text", "text": text, "annotations": citations, "logprobs": []}

    def _here(self) -> bytes:
        return b'%b,"content_index":%d' % (self._place, len(self._done))

    def _begin(self, kind: str) -> bytes:
        ended = self._end_part()
        self._kind = kind
        self._delta = b"response.%b.delta" % kind.encode()
        here = self._here()
        self._rest = here + (b',"delta":' if kind == "refusal" else b',"logprobs":[],"delta":')
        fields = b'%b,"part":%b' % (here, _encode(self._part("")))
        return ended + self._events.event(b"response.content_part.added", fields)

    def _end_part(self) -> bytes:
        if not self._kind:
            return b""
        text, here = "".join(self._pieces), self._here()
        part = self._part(text)
        if self._kind == "refusal":
            fields = b'%b,"refusal":%b' % (here, _encode(text))
        else:
            self._events.said += len(text)
            fields = b'%b,"logprobs":[],"text":%b' % (here, _encode(text))
        out = self._events.event(b"response.%b.done" % self._kind.encode(), fields)
        out += self._events.event(
            b"response.content_part.done", b'%b,"part":%b' % (here, _encode(part))
        )
        self._done.append(part)
        self._kind = ""
        self._pieces = []
        self._citations = []
        self._piece = 0
        return out


class ReasoningItem(ReplyItem):
    """The model's thinking, told as a summary of one part, and its seal."""

    def __init__(self, events: Events, index: int, item_id: str) -> None:
        super().__init__(events, index, item_id)
        self._pieces: list[str] = []
        self._growing = False
        self._whole = ""
        self.seal = ""
        self._here = self._place + b',"summary_index":0'

    @property
    def so_far(self) -> str:
        """The thinking's text."""
        return "".join(self._pieces)

    def text(self, text: str) -> bytes:
        """More of the thinking."""
        opened = b""
        if not self._growing:
            self._growing = True
            fields = self._here + b',"part":{"type":"summary_text","text":""}'
            opened = self._events.event(b"response.reasoning_summary_part.added", fields)
        self._events.keep(self._pieces, text)
        fields = b'%b,"delta":%b' % (self._here, _encode(text))
        return opened + self._events.event(b"response.reasoning_summary_text.delta", fields)

    def close(self, status: str = "completed") -> bytes:
        """The ends of its summary and of itself."""
        out = b""
        if self._growing:
            self._whole = self.so_far
            text = _encode(self._whole)
            out = self._events.event(
                b"response.reasoning_summary_text.done", b'%b,"text":%b' % (self._here, text)
            )
            part = b'%b,"part":{"type":"summary_text","text":%b}' % (self._here, text)
            out += self._events.event(b"response.reasoning_summary_part.done", part)
        return out + super().close(status)

    def json(self, status: str) -> Json:
        """The reasoning."""
        summary = [{"type": "summary_text", "text": self._whole}] if self._whole else []
        return {
            "id": self._id,
            "type": "reasoning",
            "status": status,
            "summary": summary,
            "encrypted_content": self.seal or None,
        }


class CallItem(ReplyItem):
    """A call of a function, of a tool for free text, or for more tools."""

    def __init__(
        self, events: Events, index: int, item_id: str, start: ToolStart, tool: Tool | None
    ) -> None:
        super().__init__(events, index, item_id)
        self._start = start
        self._tool = tool
        self._kind = tool.kind if tool else "function"
        self._pieces: list[str] = []
        self._arguments = ""

    def is_whole(self) -> bool:
        """Whether its arguments are."""
        try:
            msgspec.json.decode("".join(self._pieces))
        except msgspec.MsgspecError:
            return False
        return True

    def arguments(self, text: str) -> bytes:
        """More of the arguments; free text is told when it is whole."""
        self._events.keep(self._pieces, text)
        if self._kind != "function":
            return b""
        fields = b'%b,"delta":%b' % (self._place, _encode(text))
        return self._events.event(b"response.function_call_arguments.delta", fields)

    def close(self, status: str = "completed") -> bytes:
        """The ends of its arguments and of itself."""
        out = b""
        if self._kind == "function":
            if not self._pieces:
                out = self.arguments("{}")
            self._arguments = "".join(self._pieces)
            fields = b'%b,"arguments":%b' % (self._place, _encode(self._arguments))
            out += self._events.event(b"response.function_call_arguments.done", fields)
        elif self._kind == "freeform":
            self._arguments = freeform.unwrap("".join(self._pieces))
            text = _encode(self._arguments)
            out = self._events.event(
                b"response.custom_tool_call_input.delta", b'%b,"delta":%b' % (self._place, text)
            )
            out += self._events.event(
                b"response.custom_tool_call_input.done", b'%b,"input":%b' % (self._place, text)
            )
        else:
            self._arguments = "".join(self._pieces)
        return out + super().close(status)

    def json(self, status: str) -> Json:
        """The call."""
        start, tool = self._start, self._tool
        item: Json = {"id": self._id, "status": status, "call_id": start.id}
        if self._kind == "search":
            arguments = _object_of(self._arguments)
            return {
                **item,
                "type": "tool_search_call",
                "execution": "client",
                "arguments": arguments,
            }
        space = tool.space if tool else None
        item["name"] = space.local_name if space else start.name
        if space:
            item["namespace"] = space.name
        if self._kind == "freeform":
            return {**item, "type": "custom_tool_call", "input": self._arguments}
        return {**item, "type": "function_call", "arguments": self._arguments}


def _object_of(arguments: str) -> object:
    try:
        return _object.decode(arguments)
    except msgspec.MsgspecError:
        return {}
