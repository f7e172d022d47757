"""Upstreams that break: one script for each way an answer can go wrong, in each API family."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from support import bytes_of_providers as said
from support.upstream import Asked, Script, Write

EVENTS = {"openai_chat": said.OPENAI_STREAM, "anthropic_messages": said.ANTHROPIC_STREAM}
WHOLES = {"openai_chat": said.OPENAI_TEXT, "anthropic_messages": said.ANTHROPIC_TEXT}
# events before the first token, and up to the first one included
BEFORE = {"openai_chat": 1, "anthropic_messages": 3}
OVERLOADED = {
    "openai_chat": {"error": {"message": "Overloaded", "type": "server_error", "code": 503}},
    "anthropic_messages": said.ANTHROPIC_OVERLOADED,
}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n"
SSE, JSON = b"text/event-stream", b"application/json"


@dataclass(frozen=True)
class Fault:
    """Attributes:
    name: what goes wrong.
    script: makes the script for an upstream's dialect.
    """

    name: str
    script: Callable[[str], Script]

    def __str__(self) -> str:
        return self.name


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def raw(*pieces: bytes, then: str = "close") -> Script:
    """Plays pieces, then closes, stalls, or goes on with the next request."""

    async def script(asked: Asked, write: Write) -> None:
        for piece in pieces:
            await write(piece)
            await asyncio.sleep(0.005)
        if then == "stall":
            await asyncio.sleep(30)
        if then == "close":
            raise ConnectionAbortedError

    return script


def streamed(*pieces: bytes, then: str = "close", last: bool = False) -> Script:
    """A chunked event stream, without its last chunk unless told otherwise."""
    head = HEAD % SSE + b"transfer-encoding: chunked\r\n\r\n"
    ends = [b"0\r\n\r\n"] if last else []
    return raw(head, *(chunked(piece) for piece in pieces), *ends, then=then)


def error_event(dialect: str) -> bytes:
    payload = json.dumps(OVERLOADED[dialect]).encode()
    name = b"event: error\n" if dialect == "anthropic_messages" else b""
    return name + b"data: " + payload + b"\n\n"


def first(dialect: str, tokens: int) -> list[bytes]:
    """The events up to so many tokens."""
    return EVENTS[dialect][: BEFORE[dialect] + tokens]


def half(event: bytes) -> bytes:
    return event[: len(event) // 2]


def broken(event: bytes) -> bytes:
    """A whole event whose JSON is not."""
    return event.rstrip(b"\n")[:-9] + b"\n\n"


def body_of(dialect: str) -> bytes:
    return json.dumps(WHOLES[dialect]).encode()


# --- before the first token: another deployment answers, the client sees nothing of it -----------

BEFORE_THE_FIRST_TOKEN = [
    Fault("closed-before-the-head", lambda d: raw()),
    Fault("half-a-head", lambda d: raw(b"HTTP/1.1 200 O")),
    Fault("closed-after-the-head", lambda d: streamed()),
    Fault("closed-before-a-token", lambda d: streamed(*first(d, 0))),
    Fault("half-of-the-first-event", lambda d: streamed(half(EVENTS[d][0]))),
    Fault("half-of-the-first-token", lambda d: streamed(*first(d, 0), half(first(d, 1)[-1]))),
    Fault("broken-json-first", lambda d: streamed(broken(EVENTS[d][0]), then="stall")),
    Fault(
        "broken-json-for-a-token",
        lambda d: streamed(*first(d, 0), broken(first(d, 1)[-1]), then="stall"),
    ),
    Fault("ended-without-anything", lambda d: streamed(last=True, then="")),
    Fault("ended-before-a-token", lambda d: streamed(*first(d, 0), last=True, then="")),
    Fault("empty-stream", lambda d: raw(HEAD % SSE + b"content-length: 0\r\n\r\n", then="")),
    Fault("in-band-error-first", lambda d: streamed(error_event(d), last=True, then="")),
    Fault(
        "in-band-error-before-a-token",
        lambda d: streamed(*first(d, 0), error_event(d), last=True, then=""),
    ),
    Fault("stall-before-the-head", lambda d: raw(then="stall")),
    Fault("stall-after-the-head", lambda d: streamed(then="stall")),
    Fault("stall-before-a-token", lambda d: streamed(*first(d, 0), then="stall")),
    Fault(
        "length-too-long-before-a-token",
        lambda d: raw(
            HEAD % SSE + b"content-length: 99999\r\n\r\n",
            *first(d, 0),
        ),
    ),
    Fault(
        "bad-chunk-size", lambda d: raw(HEAD % SSE + b"transfer-encoding: chunked\r\n\r\nxyz\r\n")
    ),
    Fault("unknown-encoding", lambda d: raw(HEAD % SSE + b"content-encoding: br\r\n\r\nxyz")),
    Fault(
        "gzip-of-nothing-readable",
        lambda d: raw(HEAD % SSE + b"content-encoding: gzip\r\n\r\nno gzip at all"),
    ),
    *(
        Fault(f"http-{status}", lambda d, status=status: refusal(status, d))
        for status in (408, 429, 500, 502, 503, 529)
    ),
]

# --- after it: a typed error in the client's own words ------------------------------------------

AFTER_A_TOKEN = [
    Fault("closed-after-a-token", lambda d: streamed(*first(d, 1))),
    Fault("closed-after-two-tokens", lambda d: streamed(*first(d, 2))),
    Fault("half-an-event", lambda d: streamed(*first(d, 1), half(first(d, 2)[-1]))),
    Fault(
        "broken-json-then-a-good-end",
        lambda d: streamed(
            *first(d, 1), broken(first(d, 2)[-1]), *EVENTS[d][BEFORE[d] + 2 :], last=True, then=""
        ),
    ),
    Fault("ended-without-its-end", lambda d: streamed(*first(d, 2), last=True, then="")),
    Fault("in-band-error", lambda d: streamed(*first(d, 1), error_event(d), last=True, then="")),
    Fault("in-band-error-and-closed", lambda d: streamed(*first(d, 1), error_event(d))),
    Fault("stall", lambda d: streamed(*first(d, 1), then="stall")),
    Fault(
        "length-too-long",
        lambda d: raw(HEAD % SSE + b"content-length: 99999\r\n\r\n", *first(d, 2)),
    ),
    Fault(
        "length-too-short",
        lambda d: raw(
            HEAD % SSE + b"content-length: %d\r\n\r\n" % len(b"".join(first(d, 1))),
            b"".join(EVENTS[d]),
            then="",
        ),
    ),
    Fault(
        "bad-chunk-size-later",
        lambda d: raw(
            HEAD % SSE + b"transfer-encoding: chunked\r\n\r\n",
            *(chunked(one) for one in first(d, 1)),
            b"xyz\r\n",
        ),
    ),
    Fault("until-close-without-its-end", lambda d: raw(HEAD % SSE + b"\r\n", *first(d, 2))),
    Fault(
        "gzip-cut-short",
        lambda d: raw(HEAD % SSE + b"content-encoding: gzip\r\n\r\n", _flushed(first(d, 2))),
    ),
]

# --- odd, but whole ------------------------------------------------------------------------------

WHOLE_STREAMS = [
    Fault("good", lambda d: streamed(*EVENTS[d], last=True, then="")),
    Fault("last-chunk-missing", lambda d: streamed(*EVENTS[d])),
    Fault("stalled-after-its-end", lambda d: streamed(*EVENTS[d], then="stall")),
    Fault("until-close", lambda d: raw(HEAD % SSE + b"\r\n", *EVENTS[d])),
    Fault(
        "gzip-unasked",
        lambda d: raw(
            HEAD % SSE + b"content-encoding: gzip\r\n\r\n", gzip.compress(b"".join(EVENTS[d]))
        ),
    ),
    Fault(
        "deflate-unasked",
        lambda d: raw(
            HEAD % SSE + b"content-encoding: deflate\r\n\r\n", zlib.compress(b"".join(EVENTS[d]))
        ),
    ),
]

WHOLE_ANSWERS = [
    Fault("good-json", lambda d: json_body(body_of(d))),
    Fault("until-close-json", lambda d: raw(HEAD % JSON + b"\r\n", body_of(d))),
    Fault(
        "gzip-unasked-json",
        lambda d: json_body(gzip.compress(body_of(d)), b"content-encoding: gzip\r\n"),
    ),
]

# --- whole answers that are none ------------------------------------------------------------------

# the connection broke, nothing was bought: another deployment answers
BROKEN_ANSWERS = [
    Fault("closed-within-the-json", lambda d: json_body(body_of(d), more=1)),
    Fault(
        "chunked-json-without-last-chunk",
        lambda d: raw(HEAD % JSON + b"transfer-encoding: chunked\r\n\r\n", chunked(body_of(d))),
    ),
    Fault("stall-within-the-json", lambda d: json_body(body_of(d), more=1, then="stall")),
    Fault(
        "gzip-json-cut-short",
        lambda d: raw(HEAD % JSON + b"content-encoding: gzip\r\n\r\n", _flushed([body_of(d)])),
    ),
]

# the provider says no, in a 200
REFUSED_IN_200 = Fault("an-error-in-200", lambda d: json_body(json.dumps(OVERLOADED[d]).encode()))

# an answer came and may be charged, but it cannot be given to anybody: 502, bought once
SENSELESS_ANSWERS = [
    Fault("empty-200", lambda d: json_body(b"")),
    Fault("length-too-short-json", lambda d: json_body(body_of(d), more=-9)),
    Fault("until-close-json-cut", lambda d: raw(HEAD % JSON + b"\r\n", body_of(d)[:-9])),
    Fault("no-json", lambda d: json_body(b"<html>")),
    Fault("stream-where-json-was-asked", lambda d: streamed(*EVENTS[d], last=True, then="")),
]


def json_body(body: bytes, headers: bytes = b"", *, more: int = 0, then: str = "") -> Script:
    """A JSON answer; `more` is by how much its length lies."""
    head = HEAD % JSON + headers + b"content-length: %d\r\n\r\n" % (len(body) + more)
    return raw(head, body, then=then or ("close" if more else ""))


def refusal(status: int, dialect: str, headers: bytes = b"") -> Script:
    """An error answer."""
    body = json.dumps(OVERLOADED[dialect]).encode()
    head = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\n" % status + headers
    return raw(head + b"content-length: %d\r\n\r\n" % len(body) + body, then="")


def _flushed(pieces: list[bytes]) -> bytes:
    """Compressed so that all can be read, but its end is missing."""
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return packer.compress(b"".join(pieces)) + packer.flush(zlib.Z_SYNC_FLUSH)
