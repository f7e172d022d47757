"""Shapes of Google's generateContent on the wire: request, reply, error.

It does not know what the fields mean to another API. Source: Gemini API reference, generateContent,
and Vertex AI REST reference, v1 (2026-11). Google reads names in both cases (`maxOutputTokens`,
`max_output_tokens`) and one object where a list of one is meant; `tidy` makes one of the two. Request
shapes name every field they do not know; reply shapes ignore them.
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


class Blob(_Sent, frozen=True):
    """Base64 bytes."""

    mime_type: str
    data: str
    display_name: str | None = None


class FileData(_Sent, frozen=True):
    """An address that Google fetches, or the URI of an uploaded file."""

    file_uri: str
    mime_type: str | None = None
    display_name: str | None = None


class FunctionCall(_Sent, frozen=True):
    """A call; its arguments are an object."""

    name: str = ""
    args: Raw | UnsetType = UNSET
    id: str | None = None


class FunctionResponsePart(_Sent, frozen=True):
    """Media of a function's answer."""

    inline_data: Blob | None = None
    file_data: FileData | None = None


class FunctionResponse(_Sent, frozen=True):
    """A function's answer, an object."""

    name: str = ""
    response: Raw | UnsetType = UNSET
    id: str | None = None
    parts: list[FunctionResponsePart] | None = None
    will_continue: bool | None = None
    scheduling: str | None = None


class Part(_Sent, frozen=True):
    """One part of a turn; which field is there says what it is."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    inline_data: Blob | None = None
    file_data: FileData | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    executable_code: Raw | UnsetType = UNSET
    code_execution_result: Raw | UnsetType = UNSET
    tool_call: Raw | UnsetType = UNSET
    tool_response: Raw | UnsetType = UNSET
    video_metadata: Raw | UnsetType = UNSET
    media_resolution: Raw | UnsetType = UNSET
    part_metadata: Raw | UnsetType = UNSET


class Content(_Sent, frozen=True):
    """One turn; `role` is `user` or `model`."""

    parts: list[Part] | None = None
    role: str | None = None


class FunctionDeclaration(_Sent, frozen=True):
    """A function; its arguments in Google's own schema, or in JSON schema."""

    name: str
    description: str | None = None
    parameters: Raw | UnsetType = UNSET
    parameters_json_schema: Raw | UnsetType = UNSET
    response: Raw | UnsetType = UNSET
    response_json_schema: Raw | UnsetType = UNSET
    behavior: str | None = None


class FunctionCallingConfig(_Sent, frozen=True):
    """Whether and which functions are called: mode `AUTO`, `ANY`, `NONE` or `VALIDATED`."""

    mode: str | None = None
    allowed_function_names: list[str] | None = None
    stream_function_call_arguments: bool | None = None


class ToolConfig(_Sent, frozen=True):
    """Choices about tools."""

    function_calling_config: FunctionCallingConfig | None = None
    retrieval_config: Raw | UnsetType = UNSET
    include_server_side_tool_invocations: bool | None = None


class ThinkingConfig(_Sent, frozen=True):
    """How much to think: a level (Gemini 3), or a budget in tokens where 0 is off and -1 free."""

    include_thoughts: bool | None = None
    thinking_budget: int | None = None
    thinking_level: str | None = None


class GenerationConfig(_Sent, frozen=True):
    """How to generate.

    Attributes:
        response_logprobs: this and what follows concern Google alone.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    candidate_count: int | None = None
    max_output_tokens: int | None = None
    stop_sequences: list[str] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_mime_type: str | None = None
    response_schema: Raw | UnsetType = UNSET
    response_json_schema: Raw | UnsetType = UNSET
    thinking_config: ThinkingConfig | None = None
    response_logprobs: Raw | UnsetType = UNSET
    logprobs: Raw | UnsetType = UNSET
    response_modalities: Raw | UnsetType = UNSET
    media_resolution: Raw | UnsetType = UNSET
    speech_config: Raw | UnsetType = UNSET
    image_config: Raw | UnsetType = UNSET
    audio_timestamp: Raw | UnsetType = UNSET
    routing_config: Raw | UnsetType = UNSET
    model_selection_config: Raw | UnsetType = UNSET
    enable_enhanced_civic_answers: Raw | UnsetType = UNSET


class GenerateRequest(_Sent, frozen=True):
    """A request; what else it holds is named by `vanguard.wire.lenient`.

    Attributes:
        tools: raw, because a tool is what fields it has, and most of them Google runs itself.
    """

    contents: list[Content] | None = None
    model: str | None = None
    system_instruction: Content | None = None
    tools: list[Raw] | None = None
    tool_config: ToolConfig | None = None
    generation_config: GenerationConfig | None = None
    safety_settings: Raw | UnsetType = UNSET
    cached_content: Raw | UnsetType = UNSET
    labels: Raw | UnsetType = UNSET
    store: Raw | UnsetType = UNSET
    service_tier: Raw | UnsetType = UNSET


class CountRequest(msgspec.Struct, frozen=True, rename="camel"):
    """A request to count: turns, or a whole request to generate."""

    generate_content_request: Raw | UnsetType = UNSET
    contents: Raw | UnsetType = UNSET


class _Told(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What servers send: what is not known here is left alone."""


class ToldCall(_Told, frozen=True):
    """A call that the model makes."""

    name: str | None = None
    args: Raw | UnsetType = UNSET
    id: str | None = None


class ToldPart(_Told, frozen=True):
    """A part of an answer."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: ToldCall | None = None


class ToldContent(_Told, frozen=True):
    """An answer's parts so far."""

    parts: list[ToldPart] | None = None


class Found(_Told, frozen=True):
    """A page, or something retrieved."""

    uri: str | None = None
    title: str | None = None
    text: str | None = None


class GroundingChunk(_Told, frozen=True):
    """What an answer rests on: one of these."""

    web: Found | None = None
    retrieved_context: Found | None = None
    maps: Found | None = None


class Segment(_Told, frozen=True):
    """A stretch of the answer, in bytes."""

    start_index: int | None = None
    end_index: int | None = None
    text: str | None = None


class GroundingSupport(_Told, frozen=True):
    """A stretch of the answer and what it rests on."""

    segment: Segment | None = None
    grounding_chunk_indices: list[int] | None = None


class GroundingMetadata(_Told, frozen=True):
    """What an answer rests on."""

    grounding_chunks: list[GroundingChunk] | None = None
    grounding_supports: list[GroundingSupport] | None = None


class CitationSource(_Told, frozen=True):
    """What a stretch of the answer, in bytes, repeats."""

    start_index: int | None = None
    end_index: int | None = None
    uri: str | None = None
    title: str | None = None


class CitationMetadata(_Told, frozen=True):
    """What an answer repeats; Vertex has another name for it."""

    citation_sources: list[CitationSource] | None = None
    citations: list[CitationSource] | None = None


class Candidate(_Told, frozen=True):
    """One answer."""

    content: ToldContent | None = None
    finish_reason: str | None = None
    finish_message: str | None = None
    index: int | None = None
    grounding_metadata: Raw | UnsetType = UNSET
    citation_metadata: Raw | UnsetType = UNSET


class PromptFeedback(_Told, frozen=True):
    """Why a prompt has no answer."""

    block_reason: str | None = None
    block_reason_message: str | None = None


class ModalityTokens(_Told, frozen=True):
    """Tokens of one kind of content: TEXT, AUDIO, IMAGE, VIDEO or DOCUMENT."""

    modality: str | None = None
    token_count: int | None = None


class UsageMetadata(_Told, frozen=True):
    """Tokens of one reply so far; the prompt's include what came from a cache."""

    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    cached_content_token_count: int | None = None
    thoughts_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    total_token_count: int | None = None
    prompt_tokens_details: list[ModalityTokens] | None = None
    cache_tokens_details: list[ModalityTokens] | None = None
    candidates_tokens_details: list[ModalityTokens] | None = None


class Reply(_Told, frozen=True):
    """A whole reply or one chunk of a stream."""

    candidates: list[Candidate] | None = None
    prompt_feedback: PromptFeedback | None = None
    usage_metadata: UsageMetadata | None = None
    model_version: str | None = None
    response_id: str | None = None
    error: Raw | UnsetType = UNSET


class ErrorDetail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong, as google.rpc.Status has it."""

    code: int
    message: str
    status: str
    details: list[dict[str, object]] = []


class ErrorEnvelope(msgspec.Struct, frozen=True):
    """An error as Google's clients expect it."""

    error: ErrorDetail


# what stands in these is the user's own and keeps its names
_FREE = frozenset(
    {
        "args",
        "response",
        "parameters",
        "parametersJsonSchema",
        "responseJsonSchema",
        "responseSchema",
        "labels",
        "partMetadata",
    }
)
_LISTS = frozenset(
    {
        "contents",
        "parts",
        "tools",
        "functionDeclarations",
        "safetySettings",
        "stopSequences",
        "allowedFunctionNames",
        "requests",
    }
)

_object: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_list: msgspec.json.Decoder[list[Raw]] = msgspec.json.Decoder(list[Raw])
_encode = msgspec.json.Encoder().encode


def tidy(raw: bytes | Raw) -> Raw:
    """The same request with every name in camel case and lists where lists are meant.

    What is the user's own (arguments, answers, schemas, labels) keeps its bytes.

    Raises:
        msgspec.DecodeError: not JSON.
    """
    first = bytes(raw).lstrip()[:1]
    if first == b"[":
        return Raw(_encode([tidy(one) for one in _list.decode(raw)]))
    if first != b"{":
        return Raw(bytes(raw))
    kept = {camel(name): value for name, value in _object.decode(raw).items()}
    return Raw(_encode({name: _tidied(name, value) for name, value in kept.items()}))


def _tidied(name: str, value: Raw) -> Raw:
    if name in _FREE:
        return value
    if name in _LISTS and bytes(value).lstrip()[:1] not in {b"[", b"n"}:
        return Raw(_encode([tidy(value)]))
    return tidy(value)


def camel(name: str) -> str:
    """A field's name in the case that Google's documents use."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest) if rest else name


def snake(name: str) -> str:
    """A field's name in the other case that Google reads."""
    return "".join("_" + one.lower() if one.isupper() else one for one in name)
