"""The Anthropic messages dialect: the contract's five verbs on the parts beside it.

It does not know the other dialects.
"""

from __future__ import annotations

from vanguard.core.errors import VanguardError
from vanguard.dialects.anthropic_messages.errors import error_body
from vanguard.dialects.anthropic_messages.read_blocks import DIALECT
from vanguard.dialects.anthropic_messages.read_reply import AnthropicMessagesReader
from vanguard.dialects.anthropic_messages.read_request import read_request
from vanguard.dialects.anthropic_messages.write_reply import AnthropicMessagesWriter
from vanguard.dialects.anthropic_messages.write_request import DEFAULT_MAX_TOKENS, write_request
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation


class AnthropicMessages:
    """Anthropic messages.

    Attributes:
        default_max_tokens: the output cap asked for where the conversation names none, in tokens.
    """

    name = DIALECT

    def __init__(self, default_max_tokens: int = DEFAULT_MAX_TOKENS) -> None:
        self.default_max_tokens = default_max_tokens

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request; raises InvalidRequest."""
        return read_request(body)

    def read_count_request(self, body: bytes) -> Conversation:
        """Reads a request to count tokens, which names no cap; raises InvalidRequest."""
        return read_request(body, needs_cap=False)

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:
        """The body for an upstream; raises UnsupportedFeature when losses are refused."""
        return write_request(conversation, losses, self.default_max_tokens)

    def reader(self) -> AnthropicMessagesReader:
        """A reader for one reply."""
        return AnthropicMessagesReader()

    def writer(self, conversation: Conversation, reply_id: str) -> AnthropicMessagesWriter:
        """A writer for one reply."""
        return AnthropicMessagesWriter(conversation, reply_id)

    def error_body(self, error: VanguardError, request_id: str) -> bytes:
        """Anthropic's error envelope."""
        return error_body(error, request_id)
