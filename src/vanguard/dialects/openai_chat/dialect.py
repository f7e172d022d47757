"""The OpenAI chat completions dialect: the contract's five verbs on the parts beside it.

It does not know the other dialects.
"""

from __future__ import annotations

from vanguard.core.errors import VanguardError
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation
from vanguard.dialects.openai_chat.errors import error_body
from vanguard.dialects.openai_chat.read_parts import DIALECT
from vanguard.dialects.openai_chat.read_reply import OpenAIChatReader
from vanguard.dialects.openai_chat.read_request import read_request
from vanguard.dialects.openai_chat.write_reply import OpenAIChatWriter
from vanguard.dialects.openai_chat.write_request import write_request


class OpenAIChat:
    """OpenAI chat completions."""

    name = DIALECT

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request; raises InvalidRequest."""
        return read_request(body)

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:
        """The body for an upstream; raises UnsupportedFeature when losses are refused."""
        return write_request(conversation, losses)

    def reader(self) -> OpenAIChatReader:
        """A reader for one reply."""
        return OpenAIChatReader()

    def writer(self, conversation: Conversation, reply_id: str) -> OpenAIChatWriter:
        """A writer for one reply."""
        return OpenAIChatWriter(conversation, reply_id)

    def error_body(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - OpenAI tells it in a header
        """OpenAI's error envelope."""
        return error_body(error)
