"""Pass-through of Bedrock's Converse and ConverseStream.

It does not know other dialects. The model and the wish for a stream stand in the request's path: whoever
knows the path puts them into the peek.
"""

from __future__ import annotations

from abc import abstractmethod

import msgspec

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.errors import event_frame, exception_frame, inline_failure
from vanguard.dialects.bedrock_converse.usage import read_usage
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.passthrough.contract import Peek, Tap
from vanguard.dialects.passthrough.edits import (
    UNREADABLE,
    hides_letters,
    invalid_body,
    names,
    once,
    set_fields,
)
from vanguard.wire import bedrock_converse as wire
from vanguard.wire.event_stream import Message, Splitter, read_frame
from vanguard.wire.search import holds_any

# the API has no ping of its own; botocore and the other SDKs pass over events they do not know
PING = event_frame("ping", b"{}")

_CONFIG = "inferenceConfig"
_READ = names(_CONFIG)
_MAX = names("maxTokens")
# pictures, files, recordings, what a bucket holds, tools that the service runs itself
_OPEN_ENDED = (
    b'"image"',
    b'"document"',
    b'"video"',
    b'"audio"',
    b'"searchResult"',
    b'"systemTool"',
    b'"promptVariables"',
)


class _Config(msgspec.Struct):
    max_tokens: int | None = msgspec.field(default=None, name="maxTokens")


class _Request(msgspec.Struct):
    config: _Config | None = msgspec.field(default=None, name=_CONFIG)


class _Inner(msgspec.Struct):
    config: dict[str, msgspec.Raw] | None = msgspec.field(default=None, name=_CONFIG)


class _Answer(wire.Reply, frozen=True):
    """A reply, or a count of tokens."""

    input_tokens: int | None = None


_request = msgspec.json.Decoder(_Request)
_inner = msgspec.json.Decoder(_Inner)
_whole = msgspec.json.Decoder(_Answer)
_event = msgspec.json.Decoder(wire.Event)


class BedrockConversePassThrough:
    """Converse in, Converse out."""

    ping = PING

    def peek(self, body: bytes) -> Peek:
        """Reads the cap; a Converse stream always tells its usage."""
        try:
            config = _request.decode(body).config
        except UNREADABLE as error:
            raise invalid_body(error) from error
        cap = config.max_tokens if config is not None else None
        if cap is not None and cap < 1:
            path = f"{_CONFIG}.maxTokens"
            raise InvalidRequest(f"{path}: must be at least 1, got {cap}", param=path)
        return Peek("", max_output_tokens=cap)

    def has_media(self, body: bytes) -> bool:
        """Whether pictures, files or recordings are in the request."""
        return holds_any(body, _OPEN_ENDED) or hides_letters(body)

    def is_open_ended(self, body: bytes) -> bool:
        """The same: nothing is run by the provider."""
        return self.has_media(body)

    def edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:  # noqa: ARG002 - the model stands in the path
        """Caps the output where told to; a cap that stands twice is written once."""
        body = once(body, _READ)
        config = None
        if cap_tokens is not None or body.count(_MAX[0]) > 1:
            config = _inner.decode(body).config or {}
            if cap_tokens is not None:
                config["maxTokens"] = msgspec.Raw(b"%d" % cap_tokens)
        return body if config is None else set_fields(body, {_CONFIG: config})

    def whole_usage(self, body: bytes) -> Usage | None:
        """Usage of a complete answer."""
        try:
            whole = _whole.decode(body)
        except UNREADABLE as error:
            again = reread(_whole, body)
            if again is None:
                raise UpstreamError("the upstream's answer is not a JSON object") from error
            whole = again
        if whole.output is None and whole.input_tokens is None:
            raise UpstreamError("the upstream's answer holds no output")
        return read_usage(whole.usage) if whole.usage else None

    def tap(self, peek: Peek) -> BedrockConverseTap:  # noqa: ARG002 - the contract's shape
        """A tap; nothing is withheld."""
        return BedrockConverseTap()

    def error_event(self, body: bytes) -> bytes:
        """An in-band error."""
        return exception_frame(body)


class FrameTap(Tap):
    """What taps of AWS's event streams share: frames are cut, forwarded whole, and looked into."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.tokens = 0
        self.done = False
        self.error = b""
        self._splitter = Splitter()

    def skim(self, data: bytes) -> int:  # noqa: ARG002 - the contract's shape
        """Every frame is looked at: it has a checksum."""
        return 0

    def feed(self, data: bytes) -> bytes:
        """Whole frames to forward.

        Raises:
            UpstreamError: damage, or an exception before the first token.
        """
        frames = self._splitter.feed(data)
        for frame in frames:
            message = read_frame(frame)
            failed = inline_failure(message)
            if failed is None:
                self.look(message)
            elif not self.tokens:
                # nothing of the answer has reached the client: another deployment may try
                raise failed
            else:
                self.error = failed.message.encode()
        return frames[0] if len(frames) == 1 else b"".join(frames)

    @abstractmethod
    def look(self, message: Message) -> None:
        """Looks into one event."""

    def flush(self) -> bytes:
        """Half a frame is no event: it is not forwarded."""
        return b""

    def complete(self) -> bool:
        """Whole when the end was said and nothing is broken off after it."""
        return self.done and not self._splitter.rest


class BedrockConverseTap(FrameTap):
    """Reads a stream of Converse's events."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped = False

    def look(self, message: Message) -> None:
        """Counts deltas, reads the usage, and sees the end."""
        match message.headers.get(":event-type"):
            case "contentBlockDelta":
                self.tokens += 1
            case "messageStop":
                self._stopped = True
            case "metadata":
                self._metadata(message)

    def _metadata(self, message: Message) -> None:
        self.done = self._stopped
        try:
            event = _event.decode(message.payload)
        except UNREADABLE:
            again = reread(_event, message.payload)
            if again is None:
                return
            event = again
        if event.usage is not None:
            self.usage = read_usage(event.usage)

    def complete(self) -> bool:
        """Whole when `messageStop` came; the usage that follows it may be missing, unless an error is in its place."""
        ended = self.usage is not None or not self.error
        return self._stopped and ended and not self._splitter.rest
