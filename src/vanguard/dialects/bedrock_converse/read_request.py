"""Reads a Converse request into a Conversation.

It does not know upstreams: what only Bedrock's API has goes along as `Foreign`. The model and whether a
stream is asked stand in the request's path, so that whoever knows them puts them in.
"""

from __future__ import annotations

from typing import cast, get_args

import msgspec
from msgspec import Raw, structs

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.bedrock_converse.read_blocks import (
    DIALECT,
    marker,
    message_parts,
    system_parts,
)
from vanguard.dialects.conversation import (
    Conversation,
    Effort,
    Foreign,
    Message,
    OutputFormat,
    Reasoning,
    Role,
    Sampling,
    ThinkingMode,
    Tool,
    ToolChoice,
)
from vanguard.dialects.malformed import decode
from vanguard.wire import bedrock_converse as wire
from vanguard.wire.lenient import LenientDecoder, present

_request = LenientDecoder(wire.ConverseRequest)
_EFFORTS = get_args(Effort)
_ROLES = frozenset({"user", "assistant", "system"})

_OWN = (
    ("guardrailConfig", "guardrail_config"),
    ("promptVariables", "prompt_variables"),
    ("additionalModelResponseFieldPaths", "additional_model_response_field_paths"),
    ("requestMetadata", "request_metadata"),
    ("performanceConfig", "performance_config"),
    ("serviceTier", "service_tier"),
    ("projectIdentifier", "project_identifier"),
)
_NOTHING = frozenset({b"{}", b"[]", b'""'})
_EXTRA = "additionalModelRequestFields"


class _Thinking(msgspec.Struct):
    """Claude's own field, as its API has it."""

    type: str
    budget_tokens: int | None = None
    display: str | None = None


class _Output(msgspec.Struct):
    effort: str | None = None


_thinking = msgspec.json.Decoder(_Thinking)
_output = msgspec.json.Decoder(_Output)
_whole_number = msgspec.json.Decoder(int)


def read_request(body: bytes) -> Conversation:
    """Reads the body of `POST /model/{id}/converse` or `/converse-stream`.

    Raises:
        InvalidRequest: with the field at fault in `param`.
    """
    request, unknown = decode(_request, body)
    if not request.messages:
        raise InvalidRequest("messages: at least one message is needed", param="messages")
    foreign = [Foreign(DIALECT, one.path, one.value) for one in unknown]
    for name, field in _OWN:
        raw = present(getattr(request, field))
        if raw is not None and bytes(raw).replace(b" ", b"") not in _NOTHING:
            foreign.append(Foreign(DIALECT, name, raw))
    config = request.inference_config or wire.InferenceConfig()
    _check_cap(config.max_tokens)
    extra = dict(request.additional_model_request_fields or {})
    reasoning, top_k = _reasoning(request, extra), _top_k(extra)
    foreign += [Foreign(DIALECT, f"{_EXTRA}.{name}", raw) for name, raw in extra.items()]
    tool_config = request.tool_config
    return Conversation(
        model="",
        messages=tuple(_message(one, i, foreign) for i, one in enumerate(request.messages)),
        system=system_parts(request.system or [], foreign),
        tools=_tools(tool_config.tools, foreign) if tool_config else (),
        tool_choice=_tool_choice(tool_config.tool_choice if tool_config else None),
        reasoning=reasoning,
        output=_format(request.output_config),
        sampling=Sampling(temperature=config.temperature, top_p=config.top_p, top_k=top_k),
        stop=tuple(config.stop_sequences or ()),
        max_output_tokens=config.max_tokens,
        foreign=tuple(foreign),
    )


def _check_cap(cap: int | None) -> None:
    if cap is not None and cap < 1:
        path = "inferenceConfig.maxTokens"
        raise InvalidRequest(f"{path}: must be at least 1, got {cap}", param=path)


def _message(message: wire.Message, index: int, foreign: list[Foreign]) -> Message:
    path = f"messages[{index}]"
    if message.role not in _ROLES:
        raise InvalidRequest(
            f"{path}.role: '{message.role}' is not one of user, assistant, system",
            param=f"{path}.role",
        )
    parts = message_parts(message.content, f"{path}.content", foreign)
    return Message(cast("Role", message.role), parts)


def _tools(entries: list[wire.ToolEntry], foreign: list[Foreign]) -> tuple[Tool | Foreign, ...]:
    read: list[Tool | Foreign] = []
    for i, entry in enumerate(entries):
        path = f"toolConfig.tools[{i}]"
        last = read[-1] if read else None
        if entry.tool_spec is not None:
            read.append(_tool(entry.tool_spec, path))
        elif entry.cache_point is not None and isinstance(last, Tool):
            read[-1] = structs.replace(last, cache=marker(entry.cache_point))
        elif present(entry.system_tool) is not None:
            read.append(Foreign(DIALECT, path, _raw(entry)))
        elif entry.cache_point is not None:
            foreign.append(Foreign(DIALECT, f"{path}.cachePoint", _raw(entry)))
    return tuple(read)


def _tool(spec: wire.ToolSpec, path: str) -> Tool:
    schema = present(spec.input_schema.json)
    if schema is None:
        place = f"{path}.toolSpec.inputSchema.json"
        raise InvalidRequest(f"{place}: is missing", param=place)
    return Tool(spec.name, spec.description or "", schema, spec.strict)


def _tool_choice(choice: wire.ToolChoice | None) -> ToolChoice:
    if choice is None:
        return ToolChoice()
    if choice.tool is not None:
        return ToolChoice("named", choice.tool.name)
    if present(choice.any) is not None:
        return ToolChoice("required")
    return ToolChoice("auto")


def _reasoning(request: wire.ConverseRequest, extra: dict[str, Raw]) -> Reasoning:
    """Claude's thinking and effort, which it takes in the additional fields; those are taken out."""
    effort = request.output_config.effort if request.output_config else None
    place = "outputConfig.effort"
    if effort is None and "output_config" in extra:
        effort, place = _effort_of(extra), f"{_EXTRA}.output_config.effort"
    if effort is not None and effort not in _EFFORTS:
        raise InvalidRequest(
            f"{place}: '{effort}' is not one of {', '.join(_EFFORTS)}", param=place
        )
    wish = cast("Effort | None", effort)
    raw = extra.get("thinking")
    if raw is None:
        return Reasoning(effort=wish)
    try:
        config = _thinking.decode(raw)
    except msgspec.ValidationError:
        return Reasoning(effort=wish)  # another model's field of the same name
    display = config.display or ""
    if config.type == "enabled" and (config.budget_tokens or 0) >= 1:
        del extra["thinking"]
        return Reasoning("budget", config.budget_tokens or 0, wish, display)
    if config.type in {"adaptive", "between_tools", "disabled"}:
        del extra["thinking"]
        mode = "off" if config.type == "disabled" else config.type
        return Reasoning(cast("ThinkingMode", mode), effort=wish, display=display)
    return Reasoning(effort=wish)


def _effort_of(extra: dict[str, Raw]) -> str | None:
    """The effort within Claude's `output_config`, which is taken out when it holds nothing else."""
    try:
        effort = _output.decode(extra["output_config"]).effort
        fields = msgspec.json.decode(extra["output_config"], type=dict[str, Raw])
    except msgspec.ValidationError:
        return None
    if set(fields) == {"effort"}:
        del extra["output_config"]
    return effort


def _top_k(extra: dict[str, Raw]) -> int | None:
    raw = extra.get("top_k")
    if raw is None:
        return None
    try:
        value = _whole_number.decode(raw)
    except msgspec.ValidationError:
        return None
    del extra["top_k"]
    return value


def _format(output: wire.OutputConfig | None) -> OutputFormat:
    wanted = output.text_format if output else None
    if wanted is None:
        return OutputFormat()
    given = wanted.structure.json_schema
    try:
        msgspec.json.decode(given.schema, type=dict[str, Raw])
    except msgspec.MsgspecError as error:
        place = "outputConfig.textFormat.structure.jsonSchema.schema"
        raise InvalidRequest(f"{place}: not a JSON object", param=place) from error
    return OutputFormat(
        "json_schema",
        schema=Raw(given.schema.encode()),
        name=given.name or "",
        description=given.description or "",
    )


def _raw(value: msgspec.Struct) -> Raw:
    return Raw(msgspec.json.encode(value))
