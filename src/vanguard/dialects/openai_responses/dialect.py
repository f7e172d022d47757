"""The OpenAI responses dialect: the contract's five verbs on the parts beside it.

It does not know the other dialects.
"""

from __future__ import annotations

from vanguard.core.errors import VanguardError
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation
from vanguard.dialects.openai_chat.errors import error_body
from vanguard.dialects.openai_responses.read_reply import OpenAIResponsesReader
from vanguard.dialects.openai_responses.read_request import read_request
from vanguard.dialects.openai_responses.tools import DIALECT
from vanguard.dialects.openai_responses.write_reply import OpenAIResponsesWriter
from vanguard.dialects.openai_responses.write_request import write_request


class OpenAIResponses:
    """OpenAI responses."""

    name = DIALECT

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request; raises InvalidRequest and UnsupportedFeature."""
        return read_request(body)

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:
        """The body for an upstream; raises UnsupportedFeature when losses are refused."""
        return write_request(conversation, losses)

    def reader(self) -> OpenAIResponsesReader:
        """A reader for one reply."""
        return OpenAIResponsesReader()

    def writer(self, conversation: Conversation, reply_id: str) -> OpenAIResponsesWriter:
        """A writer for one reply."""
        return OpenAIResponsesWriter(conversation, reply_id)

    def error_body(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - OpenAI tells it in a header
        """OpenAI's error envelope."""
        return error_body(error)
