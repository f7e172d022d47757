"""The Bedrock Converse dialect: the contract's five verbs on the parts beside it.

It does not know the model's id or whether a stream is asked: both stand in the path of a request.
"""

from __future__ import annotations

from vanguard.core.errors import VanguardError
from vanguard.dialects.bedrock_converse.errors import error_body
from vanguard.dialects.bedrock_converse.read_blocks import DIALECT
from vanguard.dialects.bedrock_converse.read_reply import BedrockConverseReader
from vanguard.dialects.bedrock_converse.read_request import read_request
from vanguard.dialects.bedrock_converse.write_reply import BedrockConverseWriter
from vanguard.dialects.bedrock_converse.write_request import write_request
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation


class BedrockConverse:
    """Amazon Bedrock's Converse."""

    name = DIALECT

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request; raises InvalidRequest."""
        return read_request(body)

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:
        """The body for an upstream; raises UnsupportedFeature when losses are refused."""
        return write_request(conversation, losses)

    def reader(self) -> BedrockConverseReader:
        """A reader for one reply."""
        return BedrockConverseReader()

    def writer(self, conversation: Conversation, reply_id: str) -> BedrockConverseWriter:  # noqa: ARG002 - Converse names neither model nor id
        """A writer for one reply."""
        return BedrockConverseWriter()

    def error_body(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - AWS tells it in a header
        """The error envelope of AWS."""
        return error_body(error)
