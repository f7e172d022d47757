"""Reads from a request which beginnings of it a prompt cache may hold.

It does not know dialects beyond the names of the fields that hold instructions, tools and messages, nor
builds any value: raw pieces are hashed as they came. Cache markers wander from message to message while
a conversation grows, and are left out; so is the line of attribution that one client puts before its
system prompt, anew for each request.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

# caches begin at a thousand tokens with the rented models; engines of one's own cache less, too
_LEAST_BYTES = 1_024
_FIRST_MARKS = 2
_LAST_MARKS = 64
# a client may write its last message in another form once it is no longer the last
_RECORDED_LAST = 4
_MARKER = re.compile(
    rb',?\s*"cache_control"\s*:\s*\{[^{}]*\}|,?\s*\{\s*"cachePoint"\s*:\s*\{[^{}]*\}\s*\}'
)
_CACHE = b'"cache'
_BILLING = b"x-anthropic-billing-header"
_ATTRIBUTION = re.compile(rb'\{[^{}]*"x-anthropic-billing-header[^{}]*\}\s*,?')


class _Beginning(msgspec.Struct):
    """Where the families of APIs keep what comes before the messages, and the messages."""

    tools: msgspec.Raw = msgspec.Raw()
    system: msgspec.Raw = msgspec.Raw()
    instructions: msgspec.Raw = msgspec.Raw()
    tool_config: msgspec.Raw = msgspec.field(name="toolConfig", default=msgspec.Raw())
    system_instruction: msgspec.Raw = msgspec.field(name="systemInstruction", default=msgspec.Raw())
    messages: list[msgspec.Raw] | None = None
    contents: list[msgspec.Raw] | None = None
    input: msgspec.Raw = msgspec.Raw()


_beginning = msgspec.json.Decoder(_Beginning)
_items = msgspec.json.Decoder(list[msgspec.Raw])


class Prefix(NamedTuple):
    """The beginnings of one request, from the shortest to the longest.

    Attributes:
        marks: hash and length in bytes of each; the first two and the last 64 of them.
        size_bytes: of the whole, as far as it was looked at.
    """

    marks: tuple[tuple[int, int], ...]
    size_bytes: int

    def recorded(self) -> tuple[tuple[int, int], ...]:
        """Those by which the next request of the conversation, or another with its tools, finds it."""
        if len(self.marks) <= _FIRST_MARKS + _RECORDED_LAST:
            return self.marks
        return self.marks[:_FIRST_MARKS] + self.marks[-_RECORDED_LAST:]


def read_prefix(body: bytes, tenant: str) -> Prefix | None:
    """The beginnings that may be cached; None when there is none, or the body has another form.

    Args:
        body: a request for chat, in any dialect.
        tenant: whose; the same words of two tenants have nothing in common.
    """
    if len(body) < _LEAST_BYTES:
        return None
    try:
        found = _beginning.decode(body)
        messages = found.messages or found.contents or _input(found.input)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    before = [found.tools, found.tool_config, found.system, found.system_instruction]
    head = [_system(bytes(raw)) for raw in (*before, found.instructions) if bytes(raw)]
    digest, size = hash((tenant, *head)), sum(map(len, head))
    marks = [(digest, size)] if size >= _LEAST_BYTES else []
    # one look at the whole spares most bodies a look at each message
    marked = body.find(_CACHE) >= 0
    for raw in messages:
        piece = bytes(raw)
        if marked:
            piece = _plain(piece)
        digest = hash((digest, piece))
        size += len(piece)
        if size >= _LEAST_BYTES:
            marks.append((digest, size))
    if not marks:
        return None
    if len(marks) > _FIRST_MARKS + _LAST_MARKS:
        marks = marks[:_FIRST_MARKS] + marks[-_LAST_MARKS:]
    return Prefix(tuple(marks), size)


def _input(raw: msgspec.Raw) -> list[msgspec.Raw]:
    """A list of items, or one text."""
    written = bytes(raw)
    if not written:
        return []
    return _items.decode(raw) if written.startswith(b"[") else [raw]


def _plain(piece: bytes) -> bytes:
    """A piece without cache markers."""
    if piece.find(_CACHE) >= 0:
        piece = _MARKER.sub(b"", piece).replace(b"{,", b"{")
    return piece


def _system(piece: bytes) -> bytes:
    """Tools or a system prompt without what changes while the conversation stays the same."""
    if piece.find(_BILLING) >= 0:
        piece = _ATTRIBUTION.sub(b"", piece)
    return _plain(piece)
