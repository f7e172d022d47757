"""Bodies of OpenAI's responses that come to the chat's path, answered as chat completions.

It does not know upstreams: none speaks like this. One client does (Cursor with a base URL of one's own,
forum.cursor.com threads 153019 of 2026-02 and 159298 of 2026-05): whatever model it takes for one of the
responses API is asked so, and the answer is read as chat completions.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import UnsupportedFeature, VanguardError
from vanguard.dialects import freeform
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Message, Part, Tool, ToolCall
from vanguard.dialects.openai_chat.errors import error_body
from vanguard.dialects.openai_chat.read_reply import OpenAIChatReader
from vanguard.dialects.openai_crossed.write_reply import OpenAICrossedWriter
from vanguard.dialects.openai_responses.read_request import read_request

DIALECT = "openai_crossed"


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _Asked(msgspec.Struct):
    stream_options: _StreamOptions | None = None


_asked = msgspec.json.Decoder(_Asked)


class OpenAICrossed:
    """OpenAI responses in, OpenAI chat out."""

    name = DIALECT

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request; raises InvalidRequest and UnsupportedFeature."""
        conversation = read_request(body)
        free = free_tools(conversation)
        messages = conversation.messages
        if free:
            messages = tuple(_wrapped(message, free) for message in messages)
        options = _asked.decode(body).stream_options
        return msgspec.structs.replace(
            conversation,
            messages=messages,
            stream_usage=bool(options and options.include_usage),
        )

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:  # noqa: ARG002 - the contract's shape
        """No upstream is asked like this.

        Raises:
            UnsupportedFeature: always.
        """
        raise UnsupportedFeature(f"no upstream speaks {DIALECT}; it is for clients alone")

    def reader(self) -> OpenAIChatReader:
        """A reader of what its clients are told."""
        return OpenAIChatReader()

    def writer(self, conversation: Conversation, reply_id: str) -> OpenAICrossedWriter:
        """A writer for one reply."""
        return OpenAICrossedWriter(conversation, reply_id, free_tools(conversation))

    def error_body(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - OpenAI tells it in a header
        """OpenAI's error envelope."""
        return error_body(error)


def free_tools(conversation: Conversation) -> frozenset[str]:
    """Names of the tools that take free text."""
    return frozenset(
        tool.name
        for tool in conversation.tools
        if isinstance(tool, Tool) and tool.kind == "freeform"
    )


def _wrapped(message: Message, free: frozenset[str]) -> Message:
    """Free text comes back as it was told: as the arguments of a function."""
    parts: list[Part] = []
    for part in message.parts:
        if isinstance(part, ToolCall) and part.name in free:
            text = freeform.wrap(freeform.unwrap(part.arguments))
            parts.append(msgspec.structs.replace(part, arguments=text))
        else:
            parts.append(part)
    return msgspec.structs.replace(message, parts=tuple(parts))
