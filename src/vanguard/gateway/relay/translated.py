"""Different dialects on the two sides: wire, neutral conversation, wire.

It does not know either dialect. What cannot be carried is listed in `losses`, or refused in strict
mode.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.contract import Dialect, Losses
from vanguard.dialects.conversation import (
    End,
    RefusalDelta,
    ReplyEvent,
    Start,
    TextDelta,
    ThinkingDelta,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.framing import make_splitter
from vanguard.gateway.exchange import Exchange
from vanguard.snapshot.model import Deployment

_CONTENT = frozenset({TextDelta, ThinkingDelta, ToolStart, ToolArguments})


class TranslatedRelay:
    """One attempt at an upstream of another dialect than the client's."""

    skim = reword = tap = None
    # for the client: events that came with an error that was raised, and before it
    _before: Sequence[bytes] = ()
    _refused = False

    def __init__(
        self, client: Dialect, upstream: Dialect, exchange: Exchange, deployment: Deployment
    ) -> None:
        self._exchange = exchange
        self._losses = Losses(strict=exchange.strict)
        self.losses: Sequence[str] = self._losses.names
        self._upstream = upstream
        self._conversation = client.read_request(exchange.body)
        if exchange.door.varies:
            # the path says these, and the body need not
            peek = exchange.peek
            said: dict[str, object] = {"model": peek.model, "stream": peek.stream}
            self._conversation = msgspec.structs.replace(self._conversation, **said)
        self._deployment = deployment
        self._renames = exchange.peek.model != deployment.model
        self._cap_tokens = exchange.cap_tokens
        self._reader = upstream.reader()
        self._reader.origin = deployment.id
        self._writer = client.writer(self._conversation, exchange.id)
        self._stream = exchange.peek.stream
        self._splitter = make_splitter(upstream.name)
        self._usage: Usage | None = None
        self.tokens = 0
        self.done = False

    def request_body(self) -> bytes:
        """The conversation in the upstream's dialect, its usage always asked for."""
        changes: dict[str, object] = {
            "model": self._deployment.model,
            "stream": self._stream,
            "stream_usage": True,
        }
        if self._cap_tokens is not None:
            changes["max_output_tokens"] = self._cap_tokens
        elif self._conversation.max_output_tokens is None and self._deployment.max_output_tokens:
            # some APIs want a cap always: the model's own is the one that changes nothing
            changes["max_output_tokens"] = self._deployment.max_output_tokens
        asked = msgspec.structs.replace(self._conversation, **changes)
        return self._upstream.write_request(asked, self._losses)

    def whole(self, body: bytes) -> bytes:
        """The answer in the client's dialect."""
        events = [self._note(event) for event in self._reader.whole(body)]
        out = self._writer.whole(events)
        self._losses.names.extend(self._writer.lost)
        return out

    def feed(self, data: bytes) -> bytes:
        """Whole events in the client's dialect; without data, those before an error that was raised."""
        if not data:
            before, self._before = self._before, ()
            return b"".join(before)
        out: list[bytes] = []
        write = self._writer.event
        try:
            for raw in self._splitter.feed(data):
                for event in self._reader.event(raw):
                    if type(event) in _CONTENT:
                        self.tokens += 1
                        out.append(write(event))
                    else:
                        out.append(write(self._note(event)))
        except VanguardError:
            self._before = out
            raise
        return b"".join(out)

    def _note(self, event: ReplyEvent) -> ReplyEvent:
        """The event as the client shall hear it."""
        if type(event) in _CONTENT:
            self.tokens += 1
        elif isinstance(event, UsageTold):
            self._usage = event.usage
        elif isinstance(event, Start):
            self._usage = event.usage or self._usage
            if self._renames:
                # without a name of the upstream's, the client's own is told
                return Start(event.id, "", event.usage)
        elif isinstance(event, RefusalDelta):
            self.tokens += 1
            self._refused = True
        elif isinstance(event, End):
            self.done = True
        return event

    def finish(self) -> bytes:
        """Checks that the upstream said its end."""
        events: list[ReplyEvent] = []
        if self._splitter.rest.strip():
            # a last event without its blank line, as some servers send
            events += self._reader.event(self._splitter.rest + b"\n\n")
        events += self._reader.end()
        out = b"".join([self._writer.event(self._note(event)) for event in events])
        # the head, where losses are named, is out
        self._exchange.lost = self._writer.lost
        return out

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The provider's refusal as an error that any dialect can say."""
        return self._reader.failure(status, body)

    def error_event(self, error: VanguardError, request_id: str) -> bytes:
        """An in-band error."""
        return self._writer.error(error, request_id)

    def usage(self) -> Usage | None:
        """As told."""
        return self._usage

    def failed(self) -> bool:
        """Never: an upstream's error is raised here, for it must be said in another dialect."""
        return False

    def stopped(self) -> bool:
        """Whether a reason to stop was said, or a refusal; some clients are told neither as what it is."""
        if self._refused:
            return True
        try:
            self._reader.end()
        except VanguardError:
            return False
        return True
