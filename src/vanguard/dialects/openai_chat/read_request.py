"""Reads an OpenAI chat request into a Conversation.

It does not know upstreams: what only OpenAI's API has goes along as `Foreign`.
"""

from __future__ import annotations

from typing import cast, get_args

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import (
    Conversation,
    Effort,
    Foreign,
    Message,
    Mode,
    OutputFormat,
    Reasoning,
    Role,
    Sampling,
    Tool,
    ToolChoice,
)
from vanguard.dialects.malformed import decode
from vanguard.dialects.openai_chat.read_parts import DIALECT, marker, message_parts, tool_result
from vanguard.wire import openai_chat as wire
from vanguard.wire.lenient import LenientDecoder, Unknown, own_fields, present

_request = LenientDecoder(wire.ChatRequest)
_tool = LenientDecoder(wire.Tool)
_EFFORTS = get_args(Effort)
_ROLES = get_args(Role)

_OWN = (
    "n",
    "logprobs",
    "top_logprobs",
    "logit_bias",
    "store",
    "metadata",
    "service_tier",
    "modalities",
    "verbosity",
    "prompt_cache_key",
)

_ECHOED = ("annotations", "audio", "function_call")
_NOTHING: tuple[object, ...] = (None, [], {})

# What says no more than leaving the field out does.
_IDLE: dict[str, tuple[object, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "store": (False,),
    "service_tier": ("auto", "default"),
    "modalities": (["text"],),
    "verbosity": ("medium",),
    "function_call": ("auto", "none"),
}


def read_request(body: bytes) -> Conversation:
    """Reads the body of `POST /v1/chat/completions`.

    Raises:
        InvalidRequest: with the field at fault in `param`.
    """
    request, unknown = decode(_request, body)
    if not request.messages:
        raise InvalidRequest("messages: at least one message is needed", param="messages")
    foreign = _foreign([*unknown, *own_fields(request, _OWN), *_echoed(request.messages)])
    tools = _tools(request.tools or (), foreign)
    return Conversation(
        model=request.model,
        messages=tuple(_message(one, i) for i, one in enumerate(request.messages)),
        tools=tools,
        tool_choice=_tool_choice(request),
        reasoning=_reasoning(request.reasoning_effort),
        output=_output(request.response_format),
        sampling=Sampling(
            temperature=request.temperature,
            top_p=request.top_p,
            top_k=request.top_k,
            seed=request.seed,
            presence_penalty=request.presence_penalty or None,
            frequency_penalty=request.frequency_penalty or None,
        ),
        stop=_stop(request.stop),
        max_output_tokens=_cap(request),
        user=request.safety_identifier or request.user or "",
        stream=bool(request.stream),
        stream_usage=_wants_usage(request),
        foreign=tuple(foreign),
    )


def _wants_usage(request: wire.ChatRequest) -> bool:
    options = request.stream_options
    return not request.stream or bool(options and options.include_usage)


def _cap(request: wire.ChatRequest) -> int | None:
    name = "max_completion_tokens" if request.max_completion_tokens is not None else "max_tokens"
    cap = request.max_completion_tokens
    cap = request.max_tokens if cap is None else cap
    if cap is not None and cap < 1:
        raise InvalidRequest(f"{name}: must be at least 1, got {cap}", param=name)
    return cap


def _foreign(unknown: list[Unknown]) -> list[Foreign]:
    found = []
    for one in unknown:
        # a part of an unknown type stands in its message already
        if one.path.endswith("]"):
            continue
        value = msgspec.json.decode(one.value)
        if value in _NOTHING or value in _IDLE.get(one.path, ()):
            continue
        found.append(Foreign(DIALECT, one.path, one.value))
    return found


def _echoed(messages: list[wire.ChatMessage]) -> list[Unknown]:
    return [
        one
        for i, message in enumerate(messages)
        if message.role == "assistant"
        for one in own_fields(message, _ECHOED, f"messages[{i}]")
    ]


def _stop(stop: str | list[str] | None) -> tuple[str, ...]:
    if stop is None:
        return ()
    return (stop,) if isinstance(stop, str) else tuple(stop)


def _message(message: wire.ChatMessage, index: int) -> Message:
    path = f"messages[{index}]"
    if message.role == "tool":
        return Message("user", (tool_result(message, path),))
    if message.role not in _ROLES:
        raise InvalidRequest(
            f"{path}.role: '{message.role}' is not one of system, developer, user, assistant, tool",
            param=f"{path}.role",
        )
    return Message(
        cast("Role", message.role), message_parts(message, path), name=message.name or ""
    )


def _tools(
    tools: list[msgspec.Raw] | tuple[()], foreign: list[Foreign]
) -> tuple[Tool | Foreign, ...]:
    read: list[Tool | Foreign] = []
    for i, raw in enumerate(tools):
        path = f"tools[{i}]"
        tool, unknown = decode(_tool, raw, path)
        if (tool.type or "function") != "function":
            read.append(Foreign(DIALECT, path, raw))
            continue
        if tool.function is None:
            raise InvalidRequest(f"{path}.function: is missing", param=f"{path}.function")
        foreign.extend(Foreign(DIALECT, one.path, one.value) for one in unknown)
        function = tool.function
        read.append(
            Tool(
                name=function.name,
                description=function.description or "",
                schema=present(function.parameters),
                strict=function.strict,
                cache=marker(tool.cache_control),
            )
        )
    return tuple(read)


def _tool_choice(request: wire.ChatRequest) -> ToolChoice:
    choice, parallel = request.tool_choice, request.parallel_tool_calls
    if choice is None:
        return ToolChoice(parallel=parallel)
    if isinstance(choice, str):
        if choice not in {"auto", "none", "required"}:
            raise InvalidRequest(
                f"tool_choice: '{choice}' is not one of auto, none, required", param="tool_choice"
            )
        return ToolChoice(cast("Mode", choice), parallel=parallel)
    if choice.type == "function" and choice.function is not None:
        return ToolChoice("named", name=choice.function.name, parallel=parallel)
    if choice.type == "allowed_tools" and choice.allowed_tools is not None:
        return _allowed(choice.allowed_tools, parallel=parallel)
    raise InvalidRequest(
        f"tool_choice: type '{choice.type}' is not supported; name a function or allowed_tools",
        param="tool_choice",
    )


class _AllowedTool(msgspec.Struct):
    function: wire.FunctionName | None = None
    name: str | None = None


def _allowed(allowed: wire.AllowedTools, *, parallel: bool | None) -> ToolChoice:
    names = []
    for i, raw in enumerate(allowed.tools):
        path = f"tool_choice.allowed_tools.tools[{i}]"
        tool, _ = decode(_allowed_tool, raw, path)
        name = tool.function.name if tool.function else tool.name
        if not name:
            raise InvalidRequest(f"{path}: names no function", param=path)
        names.append(name)
    if allowed.mode not in {"auto", "required"}:
        raise InvalidRequest(
            f"tool_choice.allowed_tools.mode: '{allowed.mode}' is not one of auto, required",
            param="tool_choice.allowed_tools.mode",
        )
    return ToolChoice(cast("Mode", allowed.mode), allowed=tuple(names), parallel=parallel)


_allowed_tool = LenientDecoder(_AllowedTool)


def _reasoning(effort: str | None) -> Reasoning:
    if effort is None:
        return Reasoning()
    if effort not in _EFFORTS:
        raise InvalidRequest(
            f"reasoning_effort: '{effort}' is not one of {', '.join(_EFFORTS)}",
            param="reasoning_effort",
        )
    return Reasoning(effort=cast("Effort", effort))


def _output(wanted: wire.ResponseFormat | None) -> OutputFormat:
    if wanted is None or wanted.type == "text":
        return OutputFormat()
    if wanted.type == "json_object":
        return OutputFormat("json_object")
    if wanted.type != "json_schema":
        raise InvalidRequest(
            f"response_format.type: '{wanted.type}' is not one of text, json_object, json_schema",
            param="response_format.type",
        )
    schema = wanted.json_schema
    if schema is None or present(schema.schema) is None:
        raise InvalidRequest(
            "response_format.json_schema.schema: is missing",
            param="response_format.json_schema.schema",
        )
    return OutputFormat(
        "json_schema",
        schema=present(schema.schema),
        name=schema.name,
        description=schema.description or "",
        strict=schema.strict,
    )
