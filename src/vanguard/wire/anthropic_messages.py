"""Shapes of Anthropic's messages on the wire: request, reply, stream event, error.

It does not know what the fields mean to another API. Source: Anthropic API reference, messages and
streaming (2026-11). Request shapes name every field they do not know; reply shapes ignore them.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType


class _Sent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What clients send: strict when read, short when written."""


class CacheControl(_Sent, frozen=True):
    """A marker: the prompt up to here shall be cached."""

    type: str
    ttl: str | None = None
    scope: str | None = None


class TextBlock(_Sent, frozen=True, tag_field="type", tag="text"):
    """Text."""

    text: str
    cache_control: CacheControl | None = None
    citations: Raw | UnsetType = UNSET


class Base64Source(_Sent, frozen=True, tag_field="type", tag="base64"):
    """Bytes."""

    media_type: str
    data: str


class UrlSource(_Sent, frozen=True, tag_field="type", tag="url"):
    """An address."""

    url: str


class FileSource(_Sent, frozen=True, tag_field="type", tag="file"):
    """A file uploaded before."""

    file_id: str


class TextSource(_Sent, frozen=True, tag_field="type", tag="text"):
    """A document that is text."""

    data: str
    media_type: str = ""


class ImageBlock(_Sent, frozen=True, tag_field="type", tag="image"):
    """A picture."""

    source: Base64Source | UrlSource | FileSource
    cache_control: CacheControl | None = None


class ContentSource(_Sent, frozen=True, tag_field="type", tag="content"):
    """A document made of blocks."""

    content: str | list[TextBlock | ImageBlock]


class CitationsConfig(_Sent, frozen=True):
    """Whether a document is cited."""

    enabled: bool | None = None


class DocumentBlock(_Sent, frozen=True, tag_field="type", tag="document"):
    """A document."""

    source: Base64Source | UrlSource | FileSource | TextSource | ContentSource
    title: str | None = None
    context: str | None = None
    citations: CitationsConfig | None = None
    cache_control: CacheControl | None = None


class ThinkingBlock(_Sent, frozen=True, tag_field="type", tag="thinking"):
    """Reasoning with its seal."""

    thinking: str
    signature: str = ""


class RedactedThinkingBlock(_Sent, frozen=True, tag_field="type", tag="redacted_thinking"):
    """Sealed reasoning."""

    data: str


class ToolUseBlock(_Sent, frozen=True, tag_field="type", tag="tool_use"):
    """A tool call.

    Attributes:
        caller: whether the model called, or a program of its own.
        toolset_name: the provider's family of tools that the called one belongs to.
    """

    id: str
    name: str
    input: Raw
    cache_control: CacheControl | None = None
    caller: Raw | UnsetType = UNSET
    toolset_name: Raw | UnsetType = UNSET


class UnknownBlock(_Sent, frozen=True, tag_field="type", tag="vanguard.unknown"):
    """Stands where a block of an unknown type was; see `vanguard.wire.lenient`."""

    value: Raw


class ToolResultBlock(_Sent, frozen=True, tag_field="type", tag="tool_result"):
    """A tool's answer."""

    tool_use_id: str
    content: str | list[TextBlock | ImageBlock | DocumentBlock | UnknownBlock] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None


Block = (
    TextBlock
    | ImageBlock
    | DocumentBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ToolResultBlock
    | UnknownBlock
)


class MessageParam(_Sent, frozen=True):
    """One message."""

    role: str
    content: str | list[Block]


class Tool(_Sent, frozen=True):
    """A tool of the client's own; a server's tools have other types and fields."""

    name: str
    type: str | None = None
    description: str | None = None
    input_schema: Raw | UnsetType = UNSET
    strict: bool | None = None
    cache_control: CacheControl | None = None


class ToolChoice(_Sent, frozen=True):
    """Whether and which tools shall be called."""

    type: str
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class ThinkingConfig(_Sent, frozen=True):
    """How the model may think."""

    type: str
    budget_tokens: int | None = None
    display: str | None = None


class JsonFormat(_Sent, frozen=True):
    """A schema for the answer."""

    type: str
    schema: Raw | UnsetType = UNSET


class OutputConfig(_Sent, frozen=True):
    """Effort and form of the answer."""

    effort: str | None = None
    format: JsonFormat | None = None


class Metadata(_Sent, frozen=True):
    """Who asks."""

    user_id: str | None = None


class MessagesRequest(_Sent, frozen=True):
    """A request; what else it holds is named by `vanguard.wire.lenient`.

    Attributes:
        output_format: the earlier place of `output_config.format`.
        container: this and what follows concern Anthropic alone.
    """

    model: str
    messages: list[MessageParam]
    max_tokens: int | None = None
    system: str | list[TextBlock] | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: list[str] | None = None
    tools: list[Raw] | None = None
    tool_choice: ToolChoice | None = None
    thinking: ThinkingConfig | None = None
    output_config: OutputConfig | None = None
    output_format: JsonFormat | None = None
    metadata: Metadata | None = None
    cache_control: CacheControl | None = None
    container: Raw | UnsetType = UNSET
    context_management: Raw | UnsetType = UNSET
    mcp_servers: Raw | UnsetType = UNSET
    service_tier: Raw | UnsetType = UNSET
    speed: Raw | UnsetType = UNSET
    diagnostics: Raw | UnsetType = UNSET


class CacheCreation(msgspec.Struct, frozen=True, gc=False):
    """Tokens written to caches, by lifetime."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class OutputDetails(msgspec.Struct, frozen=True, gc=False):
    """Parts of the output."""

    thinking_tokens: int | None = None


class Iteration(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one of the runs of a model that a reply took."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one reply; `input_tokens` excludes what was read from or written to a cache.

    Attributes:
        iterations: all runs that are charged, also those that the counts leave out.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputDetails | None = None
    iterations: list[Iteration] | None = None


class ReplyCitation(msgspec.Struct, frozen=True, gc=False):
    """What a text of a reply cites; the type decides which fields are there."""

    type: str = ""
    cited_text: str | None = None
    title: str | None = None
    document_title: str | None = None
    document_index: int | None = None
    file_id: str | None = None
    start_char_index: int | None = None
    end_char_index: int | None = None
    start_page_number: int | None = None
    end_page_number: int | None = None
    start_block_index: int | None = None
    end_block_index: int | None = None
    search_result_index: int | None = None
    source: str | None = None
    url: str | None = None


class ReplyBlock(msgspec.Struct, frozen=True, gc=False):
    """A block of a reply, or the beginning of one in a stream."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw | UnsetType = UNSET
    citations: Raw | UnsetType = UNSET


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A whole message, or the beginning of one in a stream."""

    type: str = ""
    id: str | None = None
    model: str | None = None
    content: list[ReplyBlock] | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: Usage | None = None
    error: Raw | UnsetType = UNSET


class Delta(msgspec.Struct, frozen=True, gc=False):
    """A piece of a block, or the end of the message."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    partial_json: str | None = None
    citation: Raw | UnsetType = UNSET
    stop_reason: str | None = None
    stop_sequence: str | None = None


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event of a stream; its type decides which fields are there."""

    type: str = ""
    index: int = 0
    message: Reply | None = None
    content_block: ReplyBlock | None = None
    delta: Delta | None = None
    usage: Usage | None = None
    error: Raw | UnsetType = UNSET


class ErrorDetail(msgspec.Struct, frozen=True, gc=False):
    """What went wrong."""

    type: str
    message: str


class ErrorEnvelope(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    """An error as Anthropic's clients expect it."""

    error: ErrorDetail
    request_id: str | None = None
