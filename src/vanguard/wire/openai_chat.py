"""Shapes of OpenAI's chat completions on the wire: request, reply, stream chunk, error.

It does not know what the fields mean to another API. Source: OpenAI API reference, chat (2026-11),
plus what compatible servers add: `top_k`, `cache_control`, `reasoning`, `reasoning_content`,
`reasoning_details`. Request shapes name every field they do not know; reply shapes ignore them.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType


class _Sent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What clients send: strict when read, short when written."""


class CacheControl(_Sent, frozen=True):
    """Anthropic's cache marker, as clients of compatible gateways send it."""

    type: str = "ephemeral"
    ttl: str | None = None


class TextPart(_Sent, frozen=True, tag_field="type", tag="text"):
    """Text."""

    text: str
    cache_control: CacheControl | None = None


class ImageUrl(_Sent, frozen=True):
    """Where a picture is; `data:` addresses hold it."""

    url: str
    detail: str | None = None


class ImagePart(_Sent, frozen=True, tag_field="type", tag="image_url"):
    """A picture."""

    image_url: ImageUrl | str
    cache_control: CacheControl | None = None


class InputAudio(_Sent, frozen=True):
    """Base64 audio."""

    data: str
    format: str


class AudioPart(_Sent, frozen=True, tag_field="type", tag="input_audio"):
    """A recording."""

    input_audio: InputAudio


class FileData(_Sent, frozen=True):
    """A file by id, or as a `data:` address."""

    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class FilePart(_Sent, frozen=True, tag_field="type", tag="file"):
    """A file."""

    file: FileData
    cache_control: CacheControl | None = None


class RefusalPart(_Sent, frozen=True, tag_field="type", tag="refusal"):
    """A refusal of an earlier answer."""

    refusal: str


class UnknownPart(_Sent, frozen=True, tag_field="type", tag="vanguard.unknown"):
    """Stands where a part of an unknown type was; see `vanguard.wire.lenient`."""

    value: Raw


ContentPart = TextPart | ImagePart | AudioPart | FilePart | RefusalPart | UnknownPart


class FunctionCall(_Sent, frozen=True):
    """A function's name and its arguments as JSON text."""

    name: str
    arguments: str | None = None


class ToolCall(_Sent, frozen=True):
    """One call of an assistant's message."""

    id: str = ""
    type: str | None = None
    function: FunctionCall | None = None
    custom: Raw | UnsetType = UNSET
    index: int | None = None


class ReasoningDetail(_Sent, frozen=True):
    """A piece of reasoning with its provider's seal (OpenRouter's form)."""

    type: str
    text: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    format: str | None = None
    index: int | None = None


class ChatMessage(_Sent, frozen=True):
    """One message of any role.

    Attributes:
        annotations: this and what follows come back empty from clients that echo whole answers.
    """

    role: str
    content: str | list[ContentPart] | UnsetType | None = UNSET
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[ReasoningDetail] | None = None
    cache_control: CacheControl | None = None
    annotations: Raw | UnsetType = UNSET
    audio: Raw | UnsetType = UNSET
    function_call: Raw | UnsetType = UNSET


class FunctionDefinition(_Sent, frozen=True):
    """A function that the model may call."""

    name: str
    description: str | None = None
    parameters: Raw | UnsetType = UNSET
    strict: bool | None = None


class Tool(_Sent, frozen=True):
    """A tool of type `function`; other types have other fields."""

    type: str | None = None
    function: FunctionDefinition | None = None
    cache_control: CacheControl | None = None


class FunctionName(_Sent, frozen=True):
    """A function by name."""

    name: str


class AllowedTools(_Sent, frozen=True):
    """The only tools that may be called."""

    mode: str
    tools: list[Raw]


class NamedToolChoice(_Sent, frozen=True):
    """A tool that must be called, or a set that may be."""

    type: str
    function: FunctionName | None = None
    allowed_tools: AllowedTools | None = None
    custom: Raw | UnsetType = UNSET


class JsonSchema(_Sent, frozen=True):
    """A schema for the answer."""

    name: str = ""
    description: str | None = None
    schema: Raw | UnsetType = UNSET
    strict: bool | None = None


class ResponseFormat(_Sent, frozen=True):
    """The form of the answer."""

    type: str
    json_schema: JsonSchema | None = None


class StreamOptions(_Sent, frozen=True):
    """What a stream tells besides the answer."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class ChatRequest(_Sent, frozen=True):
    """A request; what else it holds is named by `vanguard.wire.lenient`.

    Attributes:
        n: this and what follows concern OpenAI alone.
    """

    model: str
    messages: list[ChatMessage]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    stop: str | list[str] | None = None
    tools: list[Raw] | None = None
    tool_choice: str | NamedToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    reasoning_effort: str | None = None
    user: str | None = None
    safety_identifier: str | None = None
    n: Raw | UnsetType = UNSET
    logprobs: Raw | UnsetType = UNSET
    top_logprobs: Raw | UnsetType = UNSET
    logit_bias: Raw | UnsetType = UNSET
    store: Raw | UnsetType = UNSET
    metadata: Raw | UnsetType = UNSET
    service_tier: Raw | UnsetType = UNSET
    modalities: Raw | UnsetType = UNSET
    verbosity: Raw | UnsetType = UNSET
    prompt_cache_key: Raw | UnsetType = UNSET


class PromptDetails(msgspec.Struct, frozen=True, gc=False):
    """Parts of the input."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None


class CompletionDetails(msgspec.Struct, frozen=True, gc=False):
    """Parts of the output."""

    reasoning_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one reply; `prompt_tokens` includes what came from a cache.

    Attributes:
        prompt_cache_hit_tokens: DeepSeek's name for the cached part.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None
    prompt_cache_hit_tokens: int | None = None


class FunctionDelta(msgspec.Struct, frozen=True, gc=False):
    """A piece of a function call. Some servers send arguments as an object."""

    name: str | None = None
    arguments: Raw | UnsetType = UNSET


class ToolCallDelta(msgspec.Struct, frozen=True, gc=False):
    """A piece of a tool call."""

    index: int | None = None
    id: str | None = None
    function: FunctionDelta | None = None


class ReplyPart(msgspec.Struct, frozen=True, gc=False):
    """A part of an answer, where a server (Mistral) sends a list of them."""

    type: str = ""
    text: str | None = None
    thinking: str | list[ReplyPart] | None = None


class UrlCitation(msgspec.Struct, frozen=True, gc=False):
    """An address for which characters of the answer stand."""

    url: str | None = None
    title: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class Annotation(msgspec.Struct, frozen=True, gc=False):
    """What an answer rests on; other types have other fields."""

    type: str = ""
    url_citation: UrlCitation | None = None


class Delta(msgspec.Struct, frozen=True, gc=False):
    """A piece of an answer, or a whole one: both have the same fields."""

    content: str | list[ReplyPart] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCallDelta] | None = None
    annotations: Raw | UnsetType = UNSET


class Choice(msgspec.Struct, frozen=True, gc=False):
    """One answer of a reply or chunk.

    Attributes:
        stop_reason: vLLM's matched stop string, or a token's number.
    """

    index: int | None = None
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    stop_reason: str | int | None = None


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A whole reply or one chunk of a stream."""

    id: str | None = None
    model: str | None = None
    choices: list[Choice] | None = None
    usage: Usage | None = None
    error: Raw | UnsetType = UNSET


class ErrorDetail(msgspec.Struct, frozen=True, gc=False):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorEnvelope(msgspec.Struct, frozen=True, gc=False):
    """An error as OpenAI's clients expect it."""

    error: ErrorDetail
