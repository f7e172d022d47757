"""Google's generateContent dialect: the contract's five verbs on the parts beside it.

It does not know the other dialects.
"""

from __future__ import annotations

from vanguard.core.errors import VanguardError
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation
from vanguard.dialects.google_generate.errors import error_body
from vanguard.dialects.google_generate.read_parts import DIALECT
from vanguard.dialects.google_generate.read_reply import GoogleGenerateReader
from vanguard.dialects.google_generate.read_request import read_request
from vanguard.dialects.google_generate.write_reply import GoogleGenerateWriter
from vanguard.dialects.google_generate.write_request import write_request


class GoogleGenerate:
    """Google's generateContent."""

    name = DIALECT

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request; model and stream stand in its path. Raises InvalidRequest."""
        return read_request(body)

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:
        """The body for an upstream; raises UnsupportedFeature when losses are refused."""
        return write_request(conversation, losses)

    def reader(self) -> GoogleGenerateReader:
        """A reader for one reply."""
        return GoogleGenerateReader()

    def writer(self, conversation: Conversation, reply_id: str) -> GoogleGenerateWriter:
        """A writer for one reply."""
        return GoogleGenerateWriter(conversation, reply_id)

    def error_body(self, error: VanguardError, request_id: str) -> bytes:
        """Google's error envelope."""
        return error_body(error, request_id)
