"""Shapes of OpenAI's responses on the wire: request, items, reply, stream event.

It does not know what the fields mean to another API. Source: OpenAI API reference, responses and its
streaming events (2026-11). Request shapes name every field they do not know; reply shapes ignore
them. An item of the input is told by its `type`, which a plain message may leave out.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType


class _Sent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What clients send: strict when read, short when written."""


class Breakpoint(_Sent, frozen=True):
    """A marker: the prompt up to here shall be cached."""

    mode: str
    ttl: str | None = None


class InputText(_Sent, frozen=True, tag_field="type", tag="input_text"):
    """Text of a user, a developer or a tool."""

    text: str
    prompt_cache_breakpoint: Breakpoint | None = None


class OutputText(_Sent, frozen=True, tag_field="type", tag="output_text"):
    """Text of the model."""

    text: str
    annotations: Raw | UnsetType = UNSET
    logprobs: Raw | UnsetType = UNSET


class RefusalPart(_Sent, frozen=True, tag_field="type", tag="refusal"):
    """A refusal of an earlier answer."""

    refusal: str


class InputImage(_Sent, frozen=True, tag_field="type", tag="input_image"):
    """A picture; `data:` addresses hold it."""

    image_url: str | None = None
    file_id: str | None = None
    detail: str | None = None
    prompt_cache_breakpoint: Breakpoint | None = None


class InputFile(_Sent, frozen=True, tag_field="type", tag="input_file"):
    """A file by id, by address, or as a `data:` address."""

    file_data: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    filename: str | None = None
    detail: str | None = None
    prompt_cache_breakpoint: Breakpoint | None = None


class UnknownPart(_Sent, frozen=True, tag_field="type", tag="vanguard.unknown"):
    """Stands where a part of an unknown type was; see `vanguard.wire.lenient`."""

    value: Raw


ContentPart = InputText | OutputText | RefusalPart | InputImage | InputFile | UnknownPart


class Head(msgspec.Struct, frozen=True, gc=False):
    """What tells the kind of an item."""

    type: str = "message"


class MessageItem(_Sent, frozen=True):
    """One message.

    Attributes:
        id: this and `status` come back from clients that echo an answer's items.
        phase: whether an assistant's message was a comment on the way or the answer.
    """

    role: str
    content: str | list[ContentPart]
    type: str = ""
    id: str | None = None
    status: str | None = None
    phase: Raw | UnsetType = UNSET


class FunctionCall(_Sent, frozen=True):
    """A call of a function; arguments are JSON text."""

    name: str
    arguments: str
    call_id: str
    type: str = ""
    id: str | None = None
    namespace: str | None = None
    status: str | None = None
    caller: Raw | UnsetType = UNSET


class CustomCall(_Sent, frozen=True):
    """A call of a tool that takes free text."""

    name: str
    input: str
    call_id: str
    type: str = ""
    id: str | None = None
    namespace: str | None = None
    status: str | None = None
    caller: Raw | UnsetType = UNSET


class SearchCall(_Sent, frozen=True):
    """A search for tools; the client runs it unless `execution` says `server`."""

    arguments: Raw
    type: str = ""
    call_id: str | None = None
    id: str | None = None
    execution: str | None = None
    status: str | None = None


class CallOutput(_Sent, frozen=True):
    """What a function or a custom tool answered."""

    call_id: str
    output: str | list[ContentPart]
    type: str = ""
    id: str | None = None
    status: str | None = None
    name: str | None = None
    namespace: str | None = None
    caller: Raw | UnsetType = UNSET


class SearchOutput(_Sent, frozen=True):
    """The tools that a search found, which may be called from here on."""

    tools: list[Raw]
    type: str = ""
    call_id: str | None = None
    id: str | None = None
    execution: str | None = None
    status: str | None = None


class AdditionalTools(_Sent, frozen=True):
    """Tools that come up in the middle of a conversation."""

    tools: list[Raw]
    type: str = ""
    role: str | None = None
    id: str | None = None


class ReasoningText(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A piece of reasoning or of its summary."""

    text: str = ""
    type: str = ""


class ReasoningItem(_Sent, frozen=True):
    """Reasoning: its summary, its text where it is open, and its seal."""

    summary: list[ReasoningText] = msgspec.field(default_factory=list)
    type: str = ""
    id: str | None = None
    content: list[ReasoningText] | None = None
    encrypted_content: str | None = None
    status: str | None = None


class Tool(_Sent, frozen=True):
    """A function, or a tool that takes free text; other types have other fields.

    Attributes:
        format: how the text of a custom tool must look.
        defer_loading: whether it is known only after a search.
    """

    name: str
    type: str = ""
    description: str | None = None
    parameters: Raw | UnsetType = UNSET
    strict: bool | None = None
    format: Raw | UnsetType = UNSET
    defer_loading: bool | None = None
    output_schema: Raw | UnsetType = UNSET
    allowed_callers: Raw | UnsetType = UNSET


class Namespace(_Sent, frozen=True):
    """Tools under one name."""

    name: str
    tools: list[Raw]
    type: str = ""
    description: str | None = None


class SearchTool(_Sent, frozen=True):
    """A search for tools."""

    type: str = ""
    description: str | None = None
    execution: str | None = None
    parameters: Raw | UnsetType = UNSET


class NamedTool(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A tool in a choice."""

    type: str = ""
    name: str = ""
    namespace: str | None = None


class ToolChoice(_Sent, frozen=True):
    """A tool that must be called, or a set that may be."""

    type: str
    name: str | None = None
    namespace: str | None = None
    mode: str | None = None
    tools: list[NamedTool] | None = None


class Format(_Sent, frozen=True):
    """The form of the answer."""

    type: str
    name: str = ""
    schema: Raw | UnsetType = UNSET
    description: str | None = None
    strict: bool | None = None


class TextConfig(_Sent, frozen=True):
    """How the answer's text shall be."""

    format: Format | None = None
    verbosity: Raw | UnsetType = UNSET


class ReasoningConfig(_Sent, frozen=True):
    """How the model may think, and what is told of it."""

    effort: str | None = None
    summary: str | None = None
    generate_summary: str | None = None
    context: Raw | UnsetType = UNSET
    mode: Raw | UnsetType = UNSET


class ResponsesRequest(_Sent, frozen=True):
    """A request; what else it holds is named by `vanguard.wire.lenient`.

    Attributes:
        previous_response_id: this and what follows up to `background` rest on what OpenAI keeps.
        access_programs: this and what follows concern OpenAI alone.
    """

    model: str
    input: str | list[Raw] | None = None
    instructions: str | None = None
    stream: bool | None = None
    stream_options: Raw | UnsetType = UNSET
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[Raw] | None = None
    tool_choice: str | ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    text: TextConfig | None = None
    reasoning: ReasoningConfig | None = None
    include: list[str] | None = None
    store: bool | None = None
    user: str | None = None
    safety_identifier: str | None = None
    previous_response_id: Raw | UnsetType = UNSET
    conversation: Raw | UnsetType = UNSET
    prompt: Raw | UnsetType = UNSET
    background: bool | None = None
    access_programs: Raw | UnsetType = UNSET
    background_options: Raw | UnsetType = UNSET
    client_metadata: Raw | UnsetType = UNSET
    context_management: Raw | UnsetType = UNSET
    image: Raw | UnsetType = UNSET
    max_tool_calls: Raw | UnsetType = UNSET
    metadata: Raw | UnsetType = UNSET
    moderation: Raw | UnsetType = UNSET
    prompt_cache_key: Raw | UnsetType = UNSET
    prompt_cache_options: Raw | UnsetType = UNSET
    prompt_cache_retention: Raw | UnsetType = UNSET
    service_tier: Raw | UnsetType = UNSET
    top_logprobs: Raw | UnsetType = UNSET
    truncation: Raw | UnsetType = UNSET


class InputDetails(msgspec.Struct, frozen=True, gc=False):
    """Parts of the input."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class OutputDetails(msgspec.Struct, frozen=True, gc=False):
    """Parts of the output."""

    reasoning_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one reply; `input_tokens` includes what came from a cache."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class ReplyPart(msgspec.Struct, frozen=True, gc=False):
    """A part of a message of the model, or a piece of reasoning."""

    type: str = ""
    text: str | None = None
    refusal: str | None = None
    annotations: list[Raw] | None = None


class Annotation(msgspec.Struct, frozen=True, gc=False):
    """What a text rests on; the type decides which fields are there."""

    type: str = ""
    url: str | None = None
    title: str | None = None
    filename: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class ReplyItem(msgspec.Struct, frozen=True, gc=False):
    """An item of the output; its type decides which fields are there."""

    type: str = ""
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    namespace: str | None = None
    arguments: Raw | UnsetType = UNSET
    input: str | None = None
    content: list[ReplyPart] | None = None
    summary: list[ReplyPart] | None = None
    encrypted_content: str | None = None


class IncompleteDetails(msgspec.Struct, frozen=True, gc=False):
    """Why an answer is not whole."""

    reason: str | None = None


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A whole answer, or what a stream tells of it."""

    id: str | None = None
    model: str | None = None
    status: str | None = None
    output: list[ReplyItem] | None = None
    incomplete_details: IncompleteDetails | None = None
    usage: Usage | None = None
    error: Raw | UnsetType = UNSET


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event of a stream; its type decides which fields are there.

    Attributes:
        error: this and what follows are an `error` event's, whose words stand at its top.
    """

    type: str = ""
    output_index: int = 0
    response: Reply | None = None
    item: ReplyItem | None = None
    delta: Raw | UnsetType = UNSET
    annotation: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET
    message: str | None = None
    code: str | None = None
    param: str | None = None
