"""Answers under the name by which the client asked, where the upstream knows the model by another.

It does not know connections, nor why the names differ. A client compares the two: Claude Code sends
thinking back only to a model that answers under the name that was asked for. Nothing else of an answer
changes; where it names no model, none is added.
"""

from __future__ import annotations

import re

import msgspec

from vanguard.dialects.passthrough.edits import replace_string
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.wrappers.wrapper import RelayWrapper
from vanguard.wire.sse import Splitter

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Whole(msgspec.Struct):
    model: str | None = None
    model_version: str | None = msgspec.field(default=None, name="modelVersion")


_whole = msgspec.json.Decoder(_Whole)

# by the client's dialect: the field, and what only those events of a stream hold that name the model
_PLACES: dict[str, tuple[str, bytes]] = {
    "openai_chat": ("model", b'"model"'),
    "anthropic_messages": ("model", b'"message_start"'),
    "openai_responses": ("model", b'"response"'),
    "google_generate": ("modelVersion", b'"modelVersion"'),
}


class RenamedRelay(RelayWrapper):
    """Delegates to another relay, and changes the name in what it gives to the client."""

    def __init__(self, inner: Relay, dialect: str, asked: str) -> None:
        super().__init__(inner)
        # an event that needs no reader may need its name changed
        self.skim, self.tap = inner.skim, inner.tap
        self._asked = asked
        self._field, self._mark = _PLACES[dialect]
        self._name = re.compile(rb'("%b"\s*:\s*)"(?:[^"\\]|\\.)*"' % self._field.encode())
        self._written = msgspec.json.encode(asked)
        # as the upstream has told it before, and what it becomes
        self._known = self._new = b""

    def whole(self, body: bytes) -> bytes:
        """The inner relay's body, its model named as asked."""
        out = self._inner.whole(body)
        try:
            told = _whole.decode(out)
        except _UNREADABLE:
            return out
        name = told.model if self._field == "model" else told.model_version
        if name is None or name == self._asked:
            return out
        return replace_string(out, self._field, name, self._asked)

    def feed(self, data: bytes) -> bytes:
        """The inner relay's events; those that name the model name it as asked."""
        return self._events(self._inner.feed(data))

    def finish(self) -> bytes:
        """The inner relay's rest."""
        return self._events(self._inner.finish())

    def _events(self, out: bytes) -> bytes:
        if out.find(self._mark) < 0:
            return out
        splitter = Splitter(begins=False)
        events = splitter.feed(out)
        # lines that end in CR alone: nobody can say yet whether an LF follows the last one
        return b"".join(map(self.reword, [*events, splitter.rest]))

    # no attribute: what is kept of a method holds its relay, which would so hold itself and the request's body
    def reword(self, event: bytes) -> bytes:
        """One event. Names within a text have their quotes escaped, and are never found."""
        if event.find(self._mark) < 0:
            return event
        known = self._known
        if known and event.find(known) >= 0:
            return event.replace(known, self._new, 1)
        found = self._name.search(event)
        if found is None:
            return event
        self._known = found[0]
        self._new = found[1] + self._written
        return event.replace(self._known, self._new, 1)


def renamed(relay: Relay, dialect: str, asked: str) -> Relay:
    """The relay, its answers under the name that was asked for, where the dialect's answers tell one.

    AWS's do not: what a model there calls itself is no name that anybody asks for.
    """
    return RenamedRelay(relay, dialect, asked) if dialect in _PLACES else relay
