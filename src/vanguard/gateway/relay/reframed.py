"""Anthropic's bodies between its own API and Bedrock's InvokeModel: the envelope changes, values do not.

It does not know connections. Requests keep every value's bytes; a stream's events pass byte for byte from
chunks into server-sent events and back; usage is read off in passing.
"""

from __future__ import annotations

from collections.abc import Sequence

from vanguard.core.errors import UpstreamTruncated, VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.errors import read_failure as read_anthropics
from vanguard.dialects.bedrock_converse.errors import inline_failure
from vanguard.dialects.bedrock_converse.errors import read_failure as read_bedrocks
from vanguard.dialects.bedrock_invoke.chunks import chunk_data, frames_of, to_event
from vanguard.dialects.bedrock_invoke.reframe import from_invoke, to_invoke
from vanguard.dialects.contract import Losses
from vanguard.dialects.passthrough.anthropic_messages import (
    AnthropicMessagesPassThrough,
    AnthropicMessagesTap,
)
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.relay.passthrough import error_in
from vanguard.snapshot.model import Deployment
from vanguard.wire.event_stream import Splitter as FrameSplitter
from vanguard.wire.event_stream import read_frame
from vanguard.wire.sse import Splitter

_ANTHROPIC = AnthropicMessagesPassThrough()


class _Reframed:
    """What both directions share."""

    skim = reword = tap = None

    def __init__(self, exchange: Exchange, deployment: Deployment) -> None:
        self._exchange = exchange
        self._deployment = deployment
        self._losses = Losses(strict=exchange.strict)
        self.losses: Sequence[str] = self._losses.names
        self._tap = AnthropicMessagesTap()
        self._whole: Usage | None = None
        # events for the client; those before an error stay until they are asked for
        self._out: list[bytes] = []

    @property
    def tokens(self) -> int:
        """Events with content."""
        return self._tap.tokens

    @property
    def done(self) -> bool:
        """Whether the end was said."""
        return self._tap.done

    def whole(self, body: bytes) -> bytes:
        """Untouched."""
        self._whole = _ANTHROPIC.whole_usage(body)
        return body

    def usage(self) -> Usage | None:
        """As told."""
        return self._tap.usage or self._whole

    def failed(self) -> bool:
        """Never: an upstream's error is raised here, for it must be said in another envelope."""
        return False

    def stopped(self) -> bool:
        """Whether its end was said."""
        return self._tap.complete()

    def error_event(self, error: VanguardError, request_id: str) -> bytes:
        """An in-band error in the client's dialect."""
        dialect = self._exchange.door.dialect
        body = DIALECTS[dialect].error_body(error, request_id)
        return PASS_THROUGHS[dialect].error_event(body)

    def _read(self, event: bytes) -> None:
        """Reads one raw event in passing.

        Raises:
            VanguardError: it is an error.
        """
        self._tap.feed(event)
        if self._tap.error:
            raise error_in(DIALECTS["anthropic_messages"], event)

    def _taken(self) -> bytes:
        out, self._out = self._out, []
        return b"".join(out)

    def _check_end(self) -> None:
        if not self._tap.complete():
            raise UpstreamTruncated("the upstream's stream ended before the answer did")


class InvokedRelay(_Reframed):
    """An Anthropic client, and InvokeModel behind it."""

    def __init__(self, exchange: Exchange, deployment: Deployment) -> None:
        super().__init__(exchange, deployment)
        self._splitter = FrameSplitter()

    def request_body(self) -> bytes:
        """InvokeModel's body of the client's."""
        exchange, aws = self._exchange, self._deployment.aws
        body = _ANTHROPIC.edit(
            exchange.body, exchange.peek, self._deployment.model, exchange.cap_tokens
        )
        betas = (exchange.request.joined(b"anthropic-beta") or b"").decode("latin-1")
        return to_invoke(body, betas, self._losses, aws.betas if aws is not None else ())

    def feed(self, data: bytes) -> bytes:
        """Server-sent events of the chunks that these bytes complete."""
        for frame in self._splitter.feed(data) if data else ():
            message = read_frame(frame)
            failed = inline_failure(message)
            if failed is not None:
                raise failed
            event = chunk_data(message)
            if event:
                raw = to_event(event)
                self._read(raw)
                self._out.append(raw)
        return self._taken()

    def finish(self) -> bytes:
        """Checks that the end was said, and nothing is broken off after it."""
        if self._splitter.rest:
            raise UpstreamTruncated("the upstream's stream ended within a frame")
        self._check_end()
        return b""

    def failure(self, status: int, body: bytes) -> VanguardError:
        """AWS's refusal as an error that any dialect can say."""
        return read_bedrocks(status, body)


class UnwrappedRelay(_Reframed):
    """An InvokeModel client, and Anthropic's own API behind it."""

    def __init__(self, exchange: Exchange, deployment: Deployment) -> None:
        super().__init__(exchange, deployment)
        self._splitter = Splitter()

    def request_body(self) -> bytes:
        """Anthropic's body of the client's; its betas go among the headers."""
        exchange = self._exchange
        stream = exchange.peek.stream
        body, betas = from_invoke(exchange.body, self._deployment.model, stream=stream)
        if betas:
            exchange.request.replace_header(b"anthropic-beta", ",".join(betas).encode())
        if exchange.cap_tokens is None:
            return body
        return _ANTHROPIC.edit(
            body, _ANTHROPIC.peek(body), self._deployment.model, exchange.cap_tokens
        )

    def feed(self, data: bytes) -> bytes:
        """Chunks of the events that these bytes complete."""
        for raw in self._splitter.feed(data):
            self._read(raw)
            self._out.append(frames_of(raw))
        return self._taken()

    def finish(self) -> bytes:
        """Checks that the end was said; a last event may have come without its blank line."""
        rest, out = self._splitter.rest, b""
        if rest.strip():
            self._read(rest + b"\n\n")
            out = frames_of(rest + b"\n\n")
        self._check_end()
        return out

    def failure(self, status: int, body: bytes) -> VanguardError:
        """Anthropic's refusal as an error that any dialect can say."""
        return read_anthropics(status, body)
