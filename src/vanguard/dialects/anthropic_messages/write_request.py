"""Writes a Conversation as an Anthropic messages request.

It does not know the model's own limits: whoever calls it fills in `max_output_tokens` where it knows
better than the default.
"""

from __future__ import annotations

from typing import cast

import msgspec
from msgspec import UNSET

from vanguard.dialects.anthropic_messages.read_blocks import DIALECT
from vanguard.dialects.anthropic_messages.thinking import Plan, knows_adaptive, plan
from vanguard.dialects.anthropic_messages.write_messages import (
    control,
    write_messages,
    write_system,
)
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Cache,
    Conversation,
    Foreign,
    Tool,
    ToolCall,
    ToolChoice,
)
from vanguard.wire import anthropic_messages as wire

# Anthropic's API demands a cap; others do not. Every model still offered can write this much.
DEFAULT_MAX_TOKENS = 8192

_NO_ARGUMENTS = msgspec.Raw(b'{"type":"object","properties":{}}')
_MIN_TOP_P_THINKING = 0.95
_CACHE_KEY = "prompt_cache_key"

_encoder = msgspec.json.Encoder()
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def write_request(
    conversation: Conversation, losses: Losses, default_max_tokens: int = DEFAULT_MAX_TOKENS
) -> bytes:
    """The body for `POST /v1/messages`.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    _name_losses(conversation, losses)
    thinking = plan(conversation, losses)
    cap = conversation.max_output_tokens
    tools, choice = _tools(conversation, losses)
    sampling = conversation.sampling
    system, messages = write_system(conversation, losses), write_messages(conversation, losses)
    if not messages and system:
        # a prompt that is nothing but instructions: Anthropic wants a user's turn
        losses.lose("messages[0].role")
        blocks = cast("list[wire.Block]", system)
        system, messages = [], [wire.MessageParam("user", blocks)]
    request = wire.MessagesRequest(
        model=conversation.model,
        messages=messages,
        max_tokens=default_max_tokens + thinking.extra_tokens if cap is None else cap,
        system=cast("list[wire.TextBlock]", system) or None,
        stream=True if conversation.stream else None,
        temperature=_temperature(sampling.temperature, thinking, losses),
        top_p=_top_p(sampling.top_p, thinking, losses),
        top_k=_top_k(sampling.top_k, thinking, losses),
        stop_sequences=_stop(conversation.stop, losses) or None,
        tools=tools or None,
        tool_choice=choice,
        thinking=_thinking(thinking, conversation),
        output_config=_output(conversation, thinking, losses),
        metadata=wire.Metadata(conversation.user) if conversation.user else None,
        cache_control=control(_cache(conversation)),
    )
    body = _encoder.encode(request)
    own = [one for one in conversation.foreign if one.dialect == DIALECT and _is_top(one)]
    return _with_fields(body, own) if own else body


def _is_top(foreign: Foreign) -> bool:
    return "." not in foreign.path and "[" not in foreign.path


def _with_fields(body: bytes, fields: list[Foreign]) -> bytes:
    extra = _encoder.encode({one.path: one.value for one in fields})
    return body[:-1] + b"," + extra[1:]


def _name_losses(conversation: Conversation, losses: Losses) -> None:
    for foreign in conversation.foreign:
        if foreign.path != _CACHE_KEY and (foreign.dialect != DIALECT or not _is_top(foreign)):
            losses.lose(foreign.path)
    sampling = conversation.sampling
    for name, value in (
        ("seed", sampling.seed),
        ("presence_penalty", sampling.presence_penalty),
        ("frequency_penalty", sampling.frequency_penalty),
    ):
        if value is not None:
            losses.lose(name)


def _cache(conversation: Conversation) -> Cache | None:
    """A marker for the whole request, also where an OpenAI client asks for its cache by a key.

    Anthropic keeps what is marked; without a mark an agent would pay for its whole history anew in
    every turn.
    """
    keyed = any(one.path == _CACHE_KEY for one in conversation.foreign)
    return conversation.cache or (Cache() if keyed else None)


def _temperature(wanted: float | None, thinking: Plan, losses: Losses) -> float | None:
    """OpenAI's scale goes to 2, Anthropic's to 1, and thinking leaves no choice."""
    if wanted is None:
        return None
    if thinking.thinks:
        if wanted != 1:
            losses.lose("temperature")
        return None
    if wanted > 1:
        losses.lose("temperature")
    return min(wanted, 1)


def _top_p(wanted: float | None, thinking: Plan, losses: Losses) -> float | None:
    if wanted is not None and thinking.thinks and wanted < _MIN_TOP_P_THINKING:
        losses.lose("top_p")
        return None
    return wanted


def _top_k(wanted: int | None, thinking: Plan, losses: Losses) -> int | None:
    if wanted is not None and thinking.thinks:
        losses.lose("top_k")
        return None
    return wanted


def _stop(stop: tuple[str, ...], losses: Losses) -> list[str]:
    """Anthropic refuses stop sequences of nothing but white space."""
    kept = [one for one in stop if one.strip()]
    if len(kept) < len(stop):
        losses.lose("stop")
    return kept


def _thinking(thinking: Plan, conversation: Conversation) -> wire.ThinkingConfig | None:
    if thinking.mode is None:
        return None
    display = conversation.reasoning.display
    if display == "summarized" and (not thinking.thinks or not knows_adaptive(conversation.model)):
        display = ""  # nothing is shown, or what the older ones do anyway
    return wire.ThinkingConfig(thinking.mode, thinking.budget_tokens or None, display or None)


def _output(conversation: Conversation, thinking: Plan, losses: Losses) -> wire.OutputConfig | None:
    wanted, form = conversation.output, None
    if wanted.kind == "json_object":
        losses.lose("response_format")  # without a schema Anthropic promises no form
    elif wanted.kind == "json_schema":
        form = wire.JsonFormat("json_schema", UNSET if wanted.schema is None else wanted.schema)
    if form is None and thinking.effort is None:
        return None
    return wire.OutputConfig(thinking.effort, form)


def _tools(
    conversation: Conversation, losses: Losses
) -> tuple[list[msgspec.Raw], wire.ToolChoice | None]:
    tools: list[msgspec.Raw] = []
    choice = conversation.tool_choice
    for tool in conversation.tools:
        if isinstance(tool, Foreign):
            if tool.dialect == DIALECT:
                tools.append(tool.value)
            else:
                losses.lose(tool.path)
        elif not choice.allowed or tool.name in choice.allowed:
            tools.append(msgspec.Raw(_encoder.encode(_tool(tool))))
    if tools:
        return tools, _tool_choice(choice)
    names = _called(conversation)
    if not names:
        return [], None
    # Anthropic refuses a history with calls where no tool is declared
    declared = [Tool(name) for name in names]
    return [msgspec.Raw(_encoder.encode(_tool(one))) for one in declared], wire.ToolChoice("none")


def _called(conversation: Conversation) -> list[str]:
    parts = [part for message in conversation.messages for part in message.parts]
    return list(dict.fromkeys(part.name for part in parts if isinstance(part, ToolCall)))


def _tool(tool: Tool) -> wire.Tool:
    return wire.Tool(
        name=tool.name,
        description=tool.description or None,
        input_schema=_schema(tool.schema),
        strict=tool.strict,
        cache_control=control(tool.cache),
    )


def _schema(schema: msgspec.Raw | None) -> msgspec.Raw:
    """The schema verbatim, but for the type `object` that Anthropic insists on."""
    if schema is None:
        return _NO_ARGUMENTS
    try:
        fields = _object.decode(schema)
    except msgspec.MsgspecError:
        return schema
    if "type" in fields:
        return schema
    return msgspec.Raw(_encoder.encode({"type": msgspec.Raw(b'"object"'), **fields}))


def _tool_choice(choice: ToolChoice) -> wire.ToolChoice | None:
    single = None if choice.parallel is None else not choice.parallel
    match choice.mode:
        case "unset":
            # said only where parallel calls are forbidden: they are Anthropic's default
            return wire.ToolChoice("auto", disable_parallel_tool_use=True) if single else None
        case "auto":
            return wire.ToolChoice("auto", disable_parallel_tool_use=single)
        case "none":
            return wire.ToolChoice("none")
        case "required":
            return wire.ToolChoice("any", disable_parallel_tool_use=single)
        case "named":
            return wire.ToolChoice("tool", choice.name, single)
