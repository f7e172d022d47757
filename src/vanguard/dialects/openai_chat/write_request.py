"""Writes a Conversation as an OpenAI chat request.

It does not know which server will read it, so it uses only what OpenAI's own API accepts.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Conversation,
    Foreign,
    OutputFormat,
    Tool,
    ToolChoice,
)
from vanguard.dialects.openai_chat.read_parts import DIALECT
from vanguard.dialects.openai_chat.write_messages import write_messages
from vanguard.dialects.openai_common.caps import cap_field
from vanguard.dialects.openai_common.effort import effort_for
from vanguard.dialects.openai_common.shared import carried
from vanguard.wire import openai_chat as wire

_encoder = msgspec.json.Encoder()

_USER_CHARACTERS = 64  # OpenAI refuses longer ids of end users


def write_request(conversation: Conversation, losses: Losses) -> bytes:
    """The body for `POST /v1/chat/completions`.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    shared = _shared(conversation, losses)
    newer = cap_field(conversation.model) == "max_completion_tokens"
    cap = conversation.max_output_tokens
    sampling = conversation.sampling
    tools = _tools(conversation, losses)
    request = wire.ChatRequest(
        model=conversation.model,
        messages=write_messages(conversation, losses),
        stream=True if conversation.stream else None,
        # usage is always asked for: the ledger needs it even where the client does not
        stream_options=wire.StreamOptions(include_usage=True) if conversation.stream else None,
        max_tokens=None if newer else cap,
        max_completion_tokens=cap if newer else None,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        seed=sampling.seed,
        presence_penalty=sampling.presence_penalty,
        frequency_penalty=sampling.frequency_penalty,
        stop=list(conversation.stop) or None,
        tools=tools or None,
        tool_choice=_tool_choice(conversation.tool_choice) if tools else None,
        parallel_tool_calls=conversation.tool_choice.parallel if tools else None,
        response_format=_response_format(conversation.output),
        reasoning_effort=effort_for(conversation.model, conversation.reasoning, losses),
        user=_user(conversation.user, losses),
    )
    body = _encoder.encode(request)
    return body[:-1] + b"," + _encoder.encode(shared)[1:] if shared else body


def _shared(conversation: Conversation, losses: Losses) -> dict[str, msgspec.Raw]:
    """What is OpenAI's own and known here; the rest is lost."""
    fields: dict[str, msgspec.Raw] = {}
    for foreign in conversation.foreign:
        name = carried(foreign, DIALECT)
        if name:
            fields[name] = foreign.value
        else:
            losses.lose(foreign.path)
    if conversation.sampling.top_k is not None:
        losses.lose("top_k")
    if conversation.cache is not None:
        losses.lose("cache_control")
    return fields


def _tools(conversation: Conversation, losses: Losses) -> list[msgspec.Raw]:
    tools = []
    for tool in conversation.tools:
        if isinstance(tool, Foreign):
            if tool.dialect == DIALECT:
                tools.append(tool.value)
            else:
                losses.lose(tool.path)
            continue
        if tool.cache is not None:
            losses.lose("cache_control")
        tools.append(msgspec.Raw(_encoder.encode(_tool(tool))))
    return tools


def _tool(tool: Tool) -> wire.Tool:
    return wire.Tool(
        type="function",
        function=wire.FunctionDefinition(
            name=tool.name,
            description=tool.description or None,
            parameters=UNSET if tool.schema is None else tool.schema,
            strict=tool.strict,
        ),
    )


def _tool_choice(choice: ToolChoice) -> str | wire.NamedToolChoice | None:
    if choice.mode == "named":
        return wire.NamedToolChoice(type="function", function=wire.FunctionName(choice.name))
    if choice.allowed:
        names = [_encoder.encode(_named(name)) for name in choice.allowed]
        allowed = wire.AllowedTools(choice.mode, [msgspec.Raw(name) for name in names])
        return wire.NamedToolChoice(type="allowed_tools", allowed_tools=allowed)
    return None if choice.mode == "unset" else choice.mode


def _named(name: str) -> wire.NamedToolChoice:
    return wire.NamedToolChoice(type="function", function=wire.FunctionName(name))


def _response_format(output: OutputFormat) -> wire.ResponseFormat | None:
    if output.kind == "text":
        return None
    if output.kind == "json_object":
        return wire.ResponseFormat(type="json_object")
    return wire.ResponseFormat(
        type="json_schema",
        json_schema=wire.JsonSchema(
            name=output.name or "answer",
            description=output.description or None,
            schema=UNSET if output.schema is None else output.schema,
            strict=output.strict,
        ),
    )


def _user(user: str, losses: Losses) -> str | None:
    if len(user) > _USER_CHARACTERS:
        losses.lose("metadata.user_id")
        return None
    return user or None
