"""Shapes of Amazon Bedrock's Converse and ConverseStream on the wire.

It does not know what the fields mean to another API. Source: the service model `bedrock-runtime`
2023-09-30 as botocore 1.44 carries it, and the Bedrock API reference (2026-11). Blobs are base64 text.
Request shapes name every field they do not know; reply shapes ignore them. Blocks have no tag: the
one member that is there says what they are.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType


class _Sent(
    msgspec.Struct,
    frozen=True,
    gc=False,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename="camel",
):
    """What clients send: strict when read, short when written."""


class _Told(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What the service answers."""


class CachePoint(_Sent, frozen=True):
    """A marker: the prompt up to here shall be cached."""

    type: str = msgspec.field(default="")
    ttl: str | None = None


class Source(_Sent, frozen=True):
    """Where the bytes of a picture, document or recording are.

    Attributes:
        s3_location: in a bucket, which the service alone can read.
        text, content: a document that is text.
    """

    bytes: str | None = None
    s3_location: Raw | UnsetType = UNSET
    text: str | None = None
    content: list[TextOnly] | None = None


class TextOnly(_Sent, frozen=True):
    """A piece of text."""

    text: str = msgspec.field(default="")


class Media(_Sent, frozen=True):
    """A picture or a recording."""

    format: str
    source: Source


class Citations(_Sent, frozen=True):
    """Whether a document is cited."""

    enabled: bool


class Document(_Sent, frozen=True):
    """A file."""

    name: str
    source: Source
    format: str | None = None
    context: str | None = None
    citations: Citations | None = None


class ToolUse(_Sent, frozen=True):
    """A tool call; `type` is there where the service runs the tool itself."""

    tool_use_id: str
    name: str
    input: Raw
    type: str | None = None


class ResultBlock(_Sent, frozen=True):
    """A part of a tool's answer."""

    text: str | None = None
    json: Raw | UnsetType = UNSET
    image: Media | None = None
    document: Document | None = None
    video: Raw | UnsetType = UNSET
    search_result: Raw | UnsetType = UNSET


class ToolResult(_Sent, frozen=True):
    """A tool's answer."""

    tool_use_id: str
    content: list[ResultBlock]
    status: str | None = None
    type: str | None = None


class ReasoningText(_Sent, frozen=True):
    """Reasoning with its seal."""

    text: str
    signature: str | None = None


class Reasoning(_Sent, frozen=True):
    """Reasoning, open or sealed."""

    reasoning_text: ReasoningText | None = None
    redacted_content: str | None = None


class GuardText(_Sent, frozen=True):
    """Text for a guardrail, and what it is to it."""

    text: str
    qualifiers: list[str] | None = None


class GuardContent(_Sent, frozen=True):
    """Content that a guardrail shall look at."""

    text: GuardText | None = None
    image: Media | None = None


class CitedContent(_Sent, frozen=True):
    """Text of an earlier answer with what it cites."""

    content: list[TextOnly] | None = None
    citations: Raw | UnsetType = UNSET


class Block(_Sent, frozen=True):
    """A part of a message, or of the system prompt."""

    text: str | None = None
    image: Media | None = None
    document: Document | None = None
    audio: Media | None = None
    tool_use: ToolUse | None = None
    tool_result: ToolResult | None = None
    cache_point: CachePoint | None = None
    reasoning_content: Reasoning | None = None
    guard_content: GuardContent | None = None
    citations_content: CitedContent | None = None
    video: Raw | UnsetType = UNSET
    search_result: Raw | UnsetType = UNSET
    tool_addition: Raw | UnsetType = UNSET
    tool_removal: Raw | UnsetType = UNSET


class Message(_Sent, frozen=True):
    """One message."""

    role: str
    content: list[Block]


class InferenceConfig(_Sent, frozen=True):
    """Length and sampling."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop_sequences: list[str] | None = None


class InputSchema(_Sent, frozen=True):
    """JSON schema of a tool's arguments."""

    json: Raw | UnsetType = UNSET


class ToolSpec(_Sent, frozen=True):
    """A tool of the client's own."""

    name: str
    input_schema: InputSchema
    description: str | None = None
    strict: bool | None = None


class ToolEntry(_Sent, frozen=True):
    """A tool, or a marker among tools."""

    tool_spec: ToolSpec | None = None
    cache_point: CachePoint | None = None
    system_tool: Raw | UnsetType = UNSET


class Named(_Sent, frozen=True):
    """The tool to call."""

    name: str


class ToolChoice(_Sent, frozen=True):
    """Whether and which tools shall be called."""

    auto: Raw | UnsetType = UNSET
    any: Raw | UnsetType = UNSET
    tool: Named | None = None


class ToolConfig(_Sent, frozen=True):
    """Tools and the choice among them."""

    tools: list[ToolEntry]
    tool_choice: ToolChoice | None = None


class JsonSchema(_Sent, frozen=True):
    """A schema as JSON within a string."""

    schema: str
    name: str | None = None
    description: str | None = None


class Structure(_Sent, frozen=True):
    """The structure of the answer's text."""

    json_schema: JsonSchema


class TextFormat(_Sent, frozen=True):
    """The form of the answer's text."""

    type: str
    structure: Structure


class OutputConfig(_Sent, frozen=True):
    """Effort and form of the answer."""

    text_format: TextFormat | None = None
    effort: str | None = None


class ConverseRequest(_Sent, frozen=True):
    """A request; the model stands in its path.

    Attributes:
        guardrail_config: this and what follows concern Bedrock alone.
    """

    messages: list[Message] = msgspec.field(default_factory=list)
    system: list[Block] | None = None
    inference_config: InferenceConfig | None = None
    tool_config: ToolConfig | None = None
    additional_model_request_fields: dict[str, Raw] | None = None
    output_config: OutputConfig | None = None
    guardrail_config: Raw | UnsetType = UNSET
    prompt_variables: Raw | UnsetType = UNSET
    additional_model_response_field_paths: Raw | UnsetType = UNSET
    request_metadata: Raw | UnsetType = UNSET
    performance_config: Raw | UnsetType = UNSET
    service_tier: Raw | UnsetType = UNSET
    project_identifier: Raw | UnsetType = UNSET


class CacheDetail(_Told, frozen=True):
    """Tokens written to a cache of one lifetime."""

    ttl: str = ""
    input_tokens: int | None = None


class Usage(_Told, frozen=True):
    """Tokens of one reply; `inputTokens` excludes what was read from or written to a cache."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_details: list[CacheDetail] | None = None


class ReplyToolUse(_Told, frozen=True):
    """A tool call, or the beginning of one in a stream."""

    tool_use_id: str | None = None
    name: str | None = None
    input: Raw | UnsetType = UNSET
    type: str | None = None


class ReplyReasoningText(_Told, frozen=True):
    """Reasoning with its seal."""

    text: str | None = None
    signature: str | None = None


class ReplyReasoning(_Told, frozen=True):
    """Reasoning of a whole reply, or a piece of it in a stream."""

    reasoning_text: ReplyReasoningText | None = None
    text: str | None = None
    signature: str | None = None
    redacted_content: str | None = None


class ReplyText(_Told, frozen=True):
    """A piece of text."""

    text: str | None = None


class ReplyPlace(_Told, frozen=True):
    """A stretch of a document or of a search result, or an address; what is told depends on which."""

    url: str | None = None
    document_index: int | None = None
    search_result_index: int | None = None
    start: int | None = None
    end: int | None = None


class ReplyLocation(_Told, frozen=True):
    """Where a source stands: one of these."""

    web: ReplyPlace | None = None
    document_char: ReplyPlace | None = None
    document_page: ReplyPlace | None = None
    document_chunk: ReplyPlace | None = None
    search_result_location: ReplyPlace | None = None


class ReplyCitation(_Told, frozen=True):
    """What a text cites."""

    title: str | None = None
    source: str | None = None
    source_content: list[ReplyText] | None = None
    location: ReplyLocation | None = None


class ReplyCited(_Told, frozen=True):
    """Text with what it cites."""

    content: list[ReplyText] | None = None
    citations: list[ReplyCitation] | None = None


class ReplyBlock(_Told, frozen=True):
    """A part of a reply."""

    text: str | None = None
    tool_use: ReplyToolUse | None = None
    reasoning_content: ReplyReasoning | None = None
    citations_content: ReplyCited | None = None


class ReplyMessage(_Told, frozen=True):
    """The model's message."""

    content: list[ReplyBlock] | None = None


class Output(_Told, frozen=True):
    """What was made."""

    message: ReplyMessage | None = None


class Reply(_Told, frozen=True):
    """A whole reply."""

    output: Output | None = None
    stop_reason: str | None = None
    usage: Usage | None = None


class BlockStart(_Told, frozen=True):
    """How a block begins, where that has to be said."""

    tool_use: ReplyToolUse | None = None


class BlockDelta(_Told, frozen=True):
    """A piece of a block; `toolUse.input` is text here."""

    text: str | None = None
    tool_use: ReplyToolUse | None = None
    reasoning_content: ReplyReasoning | None = None
    citation: ReplyCitation | None = None


class Event(_Told, frozen=True):
    """The payload of one event of a stream; the event's type decides which fields are there."""

    content_block_index: int = 0
    start: BlockStart | None = None
    delta: BlockDelta | None = None
    stop_reason: str | None = None
    usage: Usage | None = None


class Failure(_Told, frozen=True):
    """An exception, in a stream or instead of an answer."""

    message: str | None = None
    type: str | None = msgspec.field(default=None, name="__type")
    original_status_code: int | None = None
    original_message: str | None = None
