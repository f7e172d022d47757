"""What the upstream says, in each dialect: one JSON answer, and the parts of a stream.

It does not know when it is said. Every content event carries one `~`, which occurs nowhere else in
an answer, so that whoever reads a stream, translated or not, can count what arrived.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

MARK = b"~"
_TEXT = "The quick brown fox jumps over the lazy dog and goes on to the next field. " * 9
_PIECES = (" word-by-word~", " step-by-step~")


@dataclass(frozen=True)
class Voice:
    """One dialect's answers, bodies only.

    Attributes:
        answer: about 1 KB of JSON with its usage.
        begin: the events before the first content, empty where a dialect has none.
        events: content events of about 200 bytes, in turn; some peers end a stream that repeats itself.
        end: the events after the last content, without usage where usage is asked for apart.
        end_usage: the same with usage.
    """

    answer: bytes
    begin: bytes
    events: tuple[bytes, ...]
    end: bytes
    end_usage: bytes


def head(content_type: str, length: int | None, encoding: str = "") -> bytes:
    """The head of a 200; chunked when the length is None."""
    lines = [f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\n"]
    if encoding:
        lines.append(f"content-encoding: {encoding}\r\n")
    lines.append(
        "transfer-encoding: chunked\r\n" if length is None else f"content-length: {length}\r\n"
    )
    return ("".join(lines) + "\r\n").encode()


def whole(voice: Voice, *, packed: bool = False) -> bytes:
    """The JSON answer with its head, compressed or not."""
    body = gzip.compress(voice.answer, 6, mtime=0) if packed else voice.answer
    return head("application/json", len(body), "gzip" if packed else "") + body


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; nothing for no data, which would end the body."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


STREAM_HEAD = head("text/event-stream", None)
LAST_CHUNK = b"0\r\n\r\n"


def _openai() -> Voice:
    usage = {"prompt_tokens": 180, "completion_tokens": 160, "total_tokens": 340}
    common = {"id": "chatcmpl-bench", "created": 1_700_000_000, "model": "bench"}

    def event(delta: dict[str, str], finish: str | None = None, **more: object) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        value = {**common, "object": "chat.completion.chunk", "choices": choices, **more}
        return b"data: " + json.dumps(value).encode() + b"\n\n"

    message = {"role": "assistant", "content": _TEXT}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {**common, "object": "chat.completion", "choices": [choice], "usage": usage}
    stop, done = event({}, "stop"), b"data: [DONE]\n\n"
    return Voice(
        json.dumps(answer).encode(),
        event({"role": "assistant", "content": ""}),
        tuple(event({"content": piece}) for piece in _PIECES),
        stop + done,
        stop + event({}, choices=[], usage=usage) + done,
    )


def _anthropic() -> Voice:
    def event(name: str, **fields: object) -> bytes:
        value = json.dumps({"type": name, **fields})
        return f"event: {name}\ndata: {value}\n\n".encode()

    common = {"id": "msg_bench", "type": "message", "role": "assistant", "model": "bench"}
    usage = {
        "input_tokens": 180,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 160,
    }
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    answer = {**common, "content": [{"type": "text", "text": _TEXT}], **ended, "usage": usage}
    started: dict[str, object] = {
        **common,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    begin = event(
        "message_start", message={**started, "usage": {**usage, "output_tokens": 1}}
    ) + event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    end = (
        event("content_block_stop", index=0)
        + event("message_delta", delta=ended, usage={"output_tokens": 160})
        + event("message_stop")
    )
    pieces = tuple(
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        for piece in _PIECES
    )
    return Voice(json.dumps(answer).encode(), begin, pieces, end, end)


VOICES = {"openai": _openai(), "anthropic": _anthropic()}
