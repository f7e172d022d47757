"""Writes a Conversation as a Converse request.

It does not know the model's own limits, and the model's name only where its family matters: Claude takes
thinking and `top_k` in `additionalModelRequestFields` (Bedrock user guide, Anthropic Claude models and
extended thinking, 2026-11). A name that tells no family, such as the ARN of an application inference
profile, counts as Claude's.
"""

from __future__ import annotations

import re
from typing import cast

import msgspec
from msgspec import Raw

from vanguard.dialects.anthropic_messages.thinking import Plan, knows_adaptive, plan
from vanguard.dialects.bedrock_converse.read_blocks import DIALECT
from vanguard.dialects.bedrock_converse.write_messages import MessagesWriter, points, write_system
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Foreign, Tool, ToolCall, ToolChoice
from vanguard.dialects.thinking_profiles import effort_of
from vanguard.wire import bedrock_converse as wire

_NO_ARGUMENTS = Raw(b'{"type":"object","properties":{}}')
_EXTRA = "additionalModelRequestFields."
_MIN_TOP_P_THINKING = 0.95
# families that Bedrock has besides Claude, as they stand in the ids of models and of profiles
_OTHERS = re.compile(
    r"(?:^|[./])(?:amazon|ai21|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot(?:ai)?|nvidia|openai"
    r"|qwen|stability|twelvelabs|writer|zai)\."
)

_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, Raw])


def is_claude(model: str) -> bool:
    """Whether a model of Bedrock is one of Anthropic's, or its name does not say."""
    return _OTHERS.search(model.lower()) is None


def write_request(conversation: Conversation, losses: Losses) -> bytes:
    """The body for `POST /model/{id}/converse` and `/converse-stream`.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    _name_losses(conversation, losses)
    claude = is_claude(conversation.model)
    thinking = plan(conversation, losses) if claude else _effort_alone(conversation, losses)
    extra = _own_extra(conversation)
    if claude:
        extra |= _claudes(conversation, thinking, losses)
    elif conversation.sampling.top_k is not None:
        losses.lose("top_k")
    system = write_system(conversation, losses)
    turns = MessagesWriter(losses).turns(conversation.messages)
    if not turns and system:
        # a prompt that is nothing but instructions: Converse wants a user's turn
        losses.lose("messages[0].role")
        turns, system = [("user", system)], []
    if turns:
        marks = points(conversation.cache, "", losses)
        turns[-1][1].extend(wire.Block(cache_point=one) for one in marks)
    request = wire.ConverseRequest(
        messages=[wire.Message(role, cast("list[wire.Block]", blocks)) for role, blocks in turns],
        system=cast("list[wire.Block]", system) or None,
        inference_config=_inference(conversation, thinking, losses),
        tool_config=_tool_config(conversation, losses),
        additional_model_request_fields=extra or None,
        output_config=_output(conversation, thinking, losses),
    )
    body = _encode(request)
    own = {
        one.path: one.value
        for one in conversation.foreign
        if one.dialect == DIALECT and "." not in one.path and "[" not in one.path
    }
    return body[:-1] + b"," + _encode(own)[1:] if own else body


def _name_losses(conversation: Conversation, losses: Losses) -> None:
    for foreign in conversation.foreign:
        own = foreign.dialect == DIALECT
        top = "." not in foreign.path and "[" not in foreign.path
        if not (own and (top or foreign.path.startswith(_EXTRA))):
            losses.lose(foreign.path)
    sampling = conversation.sampling
    for name, value in (
        ("seed", sampling.seed),
        ("presence_penalty", sampling.presence_penalty),
        ("frequency_penalty", sampling.frequency_penalty),
        ("user", conversation.user or None),
        ("parallel_tool_calls", None if conversation.tool_choice.parallel is not False else 1),
    ):
        if value is not None:
            losses.lose(name)


def _own_extra(conversation: Conversation) -> dict[str, Raw]:
    return {
        one.path.removeprefix(_EXTRA): one.value
        for one in conversation.foreign
        if one.dialect == DIALECT and one.path.startswith(_EXTRA)
    }


def _effort_alone(conversation: Conversation, losses: Losses) -> Plan:
    """Other families know an effort at most, no budget."""
    wish = conversation.reasoning
    effort = wish.effort
    if wish.mode == "budget":
        losses.lose("thinking.budget_tokens")
        effort = effort or effort_of(wish.budget_tokens)
    elif wish.mode in {"adaptive", "between_tools"}:
        losses.lose("thinking.type")
    return Plan(effort=None if effort == "none" else effort)


def _claudes(conversation: Conversation, thinking: Plan, losses: Losses) -> dict[str, Raw]:
    """What Claude takes besides Converse's own fields."""
    fields: dict[str, Raw] = {}
    if thinking.mode is not None:
        config: dict[str, object] = {"type": thinking.mode}
        if thinking.budget_tokens:
            config["budget_tokens"] = thinking.budget_tokens
        display = conversation.reasoning.display
        shown = thinking.thinks and knows_adaptive(conversation.model)
        if display and (shown or display != "summarized"):
            # else nothing is shown, or what the older ones do anyway
            config["display"] = display
        fields["thinking"] = Raw(_encode(config))
    top_k = conversation.sampling.top_k
    if top_k is not None and thinking.thinks:
        losses.lose("top_k")
    elif top_k is not None:
        fields["top_k"] = Raw(b"%d" % top_k)
    return fields


def _inference(
    conversation: Conversation, thinking: Plan, losses: Losses
) -> wire.InferenceConfig | None:
    sampling, cap = conversation.sampling, conversation.max_output_tokens
    stop = [one for one in conversation.stop if one.strip()]
    if len(stop) < len(conversation.stop):
        losses.lose("stop")
    temperature, top_p = sampling.temperature, sampling.top_p
    if temperature is not None and (temperature > 1 or (thinking.thinks and temperature != 1)):
        # OpenAI's scale goes to 2, Bedrock's to 1, and thinking leaves no choice
        losses.lose("temperature")
        temperature = None if thinking.thinks else 1
    elif thinking.thinks:
        temperature = None
    if top_p is not None and thinking.thinks and top_p < _MIN_TOP_P_THINKING:
        losses.lose("top_p")
        top_p = None
    config = wire.InferenceConfig(
        max_tokens=cap,
        temperature=temperature,
        top_p=top_p,
        stop_sequences=stop or None,
    )
    return None if config == wire.InferenceConfig() else config


def _output(conversation: Conversation, thinking: Plan, losses: Losses) -> wire.OutputConfig | None:
    wanted, form = conversation.output, None
    if wanted.kind == "json_object":
        losses.lose("response_format")  # without a schema Bedrock promises no form
    elif wanted.kind == "json_schema":
        schema = bytes(wanted.schema or _NO_ARGUMENTS).decode()
        named = wire.JsonSchema(schema, wanted.name or None, wanted.description or None)
        form = wire.TextFormat("json_schema", wire.Structure(named))
    if form is None and thinking.effort is None:
        return None
    return wire.OutputConfig(form, thinking.effort)


def _tool_config(conversation: Conversation, losses: Losses) -> wire.ToolConfig | None:
    choice, called = conversation.tool_choice, _called(conversation)
    if choice.mode == "none" and conversation.tools:
        # Converse has no word for it; where no call is in the history, the tools can be left out
        if not called:
            return None
        losses.lose("tool_choice")
    entries: list[wire.ToolEntry | Raw] = []
    for i, tool in enumerate(conversation.tools):
        if isinstance(tool, Foreign):
            if tool.dialect == DIALECT:
                entries.append(tool.value)
            else:
                losses.lose(tool.path)
        elif not choice.allowed or tool.name in choice.allowed:
            entries += _entries(tool, f"tools[{i}]", losses)
    if not entries:
        # Converse refuses a history with calls where no tool is declared
        entries = [wire.ToolEntry(_spec(Tool(name))) for name in called]
        choice = ToolChoice()
    if not entries:
        return None
    return wire.ToolConfig(cast("list[wire.ToolEntry]", entries), _tool_choice(choice))


def _called(conversation: Conversation) -> list[str]:
    parts = [part for message in conversation.messages for part in message.parts]
    return list(dict.fromkeys(part.name for part in parts if isinstance(part, ToolCall)))


def _entries(tool: Tool, path: str, losses: Losses) -> list[wire.ToolEntry | Raw]:
    marks = points(tool.cache, path, losses)
    return [wire.ToolEntry(_spec(tool)), *(wire.ToolEntry(cache_point=one) for one in marks)]


def _spec(tool: Tool) -> wire.ToolSpec:
    schema = wire.InputSchema(_schema(tool.schema))
    return wire.ToolSpec(tool.name, schema, tool.description or None, tool.strict)


def _schema(schema: Raw | None) -> Raw:
    """The schema verbatim, but for the type `object` that models insist on."""
    if schema is None:
        return _NO_ARGUMENTS
    try:
        fields = _object.decode(schema)
    except msgspec.MsgspecError:
        return schema
    if "type" in fields:
        return schema
    return Raw(_encode({"type": Raw(b'"object"'), **fields}))


def _tool_choice(choice: ToolChoice) -> wire.ToolChoice | None:
    match choice.mode:
        case "auto":
            return wire.ToolChoice(auto=Raw(b"{}"))
        case "required":
            return wire.ToolChoice(any=Raw(b"{}"))
        case "named":
            return wire.ToolChoice(tool=wire.Named(choice.name))
    return None
