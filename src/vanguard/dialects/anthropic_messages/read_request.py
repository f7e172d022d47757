"""Reads an Anthropic messages request into a Conversation.

It does not know upstreams: what only Anthropic's API has goes along as `Foreign`.
"""

from __future__ import annotations

from typing import cast, get_args

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.anthropic_messages.read_blocks import (
    DIALECT,
    marker,
    message_parts,
    system_part,
)
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
    Text,
    ThinkingMode,
    Tool,
    ToolChoice,
)
from vanguard.dialects.malformed import decode
from vanguard.wire import anthropic_messages as wire
from vanguard.wire.lenient import LenientDecoder, Unknown, own_fields, present

_request = LenientDecoder(wire.MessagesRequest)
_tool = LenientDecoder(wire.Tool)
_EFFORTS = get_args(Effort)

_OWN = ("container", "context_management", "mcp_servers", "service_tier", "speed", "diagnostics")

_NOTHING: tuple[object, ...] = (None, [], {})

# What says no more than leaving the field out does.
_IDLE: dict[str, tuple[object, ...]] = {
    "service_tier": ("auto",),
    "speed": ("standard",),
}

_MODES: dict[str, Mode] = {"auto": "auto", "any": "required", "none": "none", "tool": "named"}


def read_request(body: bytes, *, needs_cap: bool = True) -> Conversation:
    """Reads the body of `POST /v1/messages`, or of `/count_tokens`, which needs no `max_tokens`.

    Raises:
        InvalidRequest: with the field at fault in `param`.
    """
    request, unknown = decode(_request, body)
    if not request.messages:
        raise InvalidRequest("messages: at least one message is needed", param="messages")
    _check_cap(request.max_tokens, needs_cap=needs_cap)
    foreign = _foreign([*unknown, *own_fields(request, _OWN)])
    return Conversation(
        model=request.model,
        messages=tuple(_message(one, i, foreign) for i, one in enumerate(request.messages)),
        system=_system(request.system, foreign),
        tools=_tools(request.tools or [], foreign),
        tool_choice=_tool_choice(request.tool_choice),
        reasoning=_reasoning(request),
        output=_output(request),
        sampling=Sampling(
            temperature=request.temperature, top_p=request.top_p, top_k=request.top_k
        ),
        stop=tuple(request.stop_sequences or ()),
        max_output_tokens=request.max_tokens,
        cache=marker(request.cache_control),
        user=(request.metadata.user_id if request.metadata else None) or "",
        stream=bool(request.stream),
        foreign=tuple(foreign),
    )


def _check_cap(cap: int | None, *, needs_cap: bool) -> None:
    if cap is None and needs_cap:
        raise InvalidRequest("max_tokens: is missing", param="max_tokens")
    if cap is not None and cap < 1:
        raise InvalidRequest(
            f"max_tokens: must be at least 1 for a model of another API than Anthropic's, got {cap}",
            param="max_tokens",
        )


def _foreign(unknown: list[Unknown]) -> list[Foreign]:
    found = []
    for one in unknown:
        # a block of an unknown type stands in its message already
        if one.path.endswith("]"):
            continue
        value = msgspec.json.decode(one.value)
        if value in _NOTHING or value in _IDLE.get(one.path, ()):
            continue
        found.append(Foreign(DIALECT, one.path, one.value))
    return found


def _system(
    system: str | list[wire.TextBlock] | None, foreign: list[Foreign]
) -> tuple[Text | Foreign, ...]:
    if system is None or isinstance(system, str):
        return (Text(system),) if system else ()
    return tuple(system_part(block, f"system[{i}]", foreign) for i, block in enumerate(system))


def _message(message: wire.MessageParam, index: int, foreign: list[Foreign]) -> Message:
    path = f"messages[{index}]"
    if message.role not in {"user", "assistant", "system"}:
        raise InvalidRequest(
            f"{path}.role: '{message.role}' is not one of user, assistant, system",
            param=f"{path}.role",
        )
    return Message(cast("Role", message.role), message_parts(message.content, path, foreign))


def _tools(tools: list[msgspec.Raw], foreign: list[Foreign]) -> tuple[Tool | Foreign, ...]:
    read: list[Tool | Foreign] = []
    for i, raw in enumerate(tools):
        path = f"tools[{i}]"
        tool, unknown = decode(_tool, raw, path)
        if (tool.type or "custom") != "custom":
            read.append(Foreign(DIALECT, path, raw))
            continue
        foreign.extend(Foreign(DIALECT, one.path, one.value) for one in unknown)
        schema = present(tool.input_schema)
        if schema is None:
            raise InvalidRequest(f"{path}.input_schema: is missing", param=f"{path}.input_schema")
        read.append(
            Tool(
                name=tool.name,
                description=tool.description or "",
                schema=schema,
                strict=tool.strict,
                cache=marker(tool.cache_control),
            )
        )
    return tuple(read)


def _tool_choice(choice: wire.ToolChoice | None) -> ToolChoice:
    if choice is None:
        return ToolChoice()
    mode = _MODES.get(choice.type)
    if mode is None:
        raise InvalidRequest(
            f"tool_choice.type: '{choice.type}' is not one of {', '.join(_MODES)}",
            param="tool_choice.type",
        )
    if mode == "named" and not choice.name:
        raise InvalidRequest("tool_choice.name: is missing", param="tool_choice.name")
    single = choice.disable_parallel_tool_use
    return ToolChoice(
        mode,
        name=(choice.name or "") if mode == "named" else "",
        parallel=None if single is None else not single,
    )


def _reasoning(request: wire.MessagesRequest) -> Reasoning:
    effort = request.output_config.effort if request.output_config else None
    if effort is not None and effort not in _EFFORTS:
        raise InvalidRequest(
            f"output_config.effort: '{effort}' is not one of {', '.join(_EFFORTS)}",
            param="output_config.effort",
        )
    wish = cast("Effort | None", effort)
    config = request.thinking
    if config is None:
        return Reasoning(effort=wish)
    display = config.display or ""
    if config.type == "disabled":
        return Reasoning("off", effort=wish, display=display)
    if config.type == "enabled":
        if not config.budget_tokens or config.budget_tokens < 1:
            raise InvalidRequest(
                "thinking.budget_tokens: is needed with thinking.type 'enabled'",
                param="thinking.budget_tokens",
            )
        return Reasoning("budget", config.budget_tokens, wish, display)
    if config.type in {"adaptive", "between_tools"}:
        return Reasoning(cast("ThinkingMode", config.type), effort=wish, display=display)
    raise InvalidRequest(
        f"thinking.type: '{config.type}' is not one of enabled, disabled, adaptive, between_tools",
        param="thinking.type",
    )


def _output(request: wire.MessagesRequest) -> OutputFormat:
    place, wanted = "output_config.format", None
    if request.output_config is not None:
        wanted = request.output_config.format
    if wanted is None:
        place, wanted = "output_format", request.output_format
    if wanted is None:
        return OutputFormat()
    if wanted.type != "json_schema":
        raise InvalidRequest(
            f"{place}.type: '{wanted.type}' is not json_schema", param=f"{place}.type"
        )
    schema = present(wanted.schema)
    if schema is None:
        raise InvalidRequest(f"{place}.schema: is missing", param=f"{place}.schema")
    return OutputFormat("json_schema", schema=schema)
