"""Writes a Conversation as a Google generateContent request.

It does not know the path, where Google wants the model's name and the wish for a stream.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Conversation,
    Foreign,
    OutputFormat,
    Sampling,
    Tool,
    ToolChoice,
)
from vanguard.dialects.google_generate.read_parts import DIALECT
from vanguard.dialects.google_generate.thinking import plan
from vanguard.dialects.google_generate.write_contents import Turn, TurnWriter
from vanguard.wire import google_generate as wire

_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, Raw])
_STOPS = 5  # Google takes no more stop sequences (Gemini API reference, 2026-11)
_CONFIG = "generationConfig"


def write_request(conversation: Conversation, losses: Losses) -> bytes:
    """The body for `:generateContent`.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    writer = TurnWriter(conversation, losses)
    system, turns = writer.system(), writer.turns()
    if not turns and system:
        # a prompt that is nothing but instructions: Google wants a user's turn
        losses.lose("messages[0].role")
        system, turns = [], [Turn("user", system)]
    tools, declared = _tools(conversation, losses)
    fields: dict[str, object] = {"contents": turns}
    if system:
        fields["systemInstruction"] = {"parts": system}
    if tools:
        fields["tools"] = tools
    if declared:
        choice = _tool_config(conversation.tool_choice, losses)
        if choice is not None:
            fields["toolConfig"] = choice
    config = _config(conversation, losses)
    if config:
        fields[_CONFIG] = config
    _put_own(fields, config, conversation, losses)
    return _encode(fields)


def _put_own(
    fields: dict[str, object],
    config: dict[str, Raw],
    conversation: Conversation,
    losses: Losses,
) -> None:
    """Puts back what Google's API alone has, and names what only others have."""
    for foreign in conversation.foreign:
        head, _, name = foreign.path.rpartition(".")
        if foreign.dialect == DIALECT and not head and "[" not in name:
            fields[name] = foreign.value
        elif foreign.dialect == DIALECT and head == _CONFIG:
            config[name] = foreign.value
            fields[_CONFIG] = config
        else:
            losses.lose(foreign.path)
    if conversation.user:
        losses.lose("user")
    if conversation.cache is not None:
        losses.lose("cache_control")


def _config(conversation: Conversation, losses: Losses) -> dict[str, Raw]:
    sampling = conversation.sampling
    config = wire.GenerationConfig(
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        max_output_tokens=conversation.max_output_tokens,
        stop_sequences=_stop(conversation.stop, losses) or None,
        seed=_seed(sampling, losses),
        presence_penalty=sampling.presence_penalty,
        frequency_penalty=sampling.frequency_penalty,
        thinking_config=plan(conversation, losses),
    )
    return {**_object.decode(_encode(config)), **_output(conversation.output, losses)}


def _seed(sampling: Sampling, losses: Losses) -> int | None:
    """Google's seed has 32 bits."""
    if sampling.seed is not None and not -(2**31) <= sampling.seed < 2**31:
        losses.lose("seed")
        return None
    return sampling.seed


def _stop(stop: tuple[str, ...], losses: Losses) -> list[str]:
    kept = [one for one in stop if one][:_STOPS]
    if len(kept) < len(stop):
        losses.lose("stop")
    return kept


def _output(output: OutputFormat, losses: Losses) -> dict[str, Raw]:
    if output.kind == "text":
        return {}
    if output.description:
        losses.lose("response_format.json_schema.description")
    kind = {"responseMimeType": Raw(b'"application/json"')}
    if output.schema is None:
        return kind
    return {**kind, "responseJsonSchema": output.schema}


def _tools(conversation: Conversation, losses: Losses) -> tuple[list[object], bool]:
    """Google's tools, and whether there are functions among them."""
    choice = conversation.tool_choice
    functions: list[wire.FunctionDeclaration] = []
    others: list[object] = []
    for tool in conversation.tools:
        if isinstance(tool, Foreign):
            if tool.dialect == DIALECT:
                others.append(tool.value)
            else:
                losses.lose(tool.path)
        elif choice.mode == "required" or not choice.allowed or tool.name in choice.allowed:
            functions.append(_declaration(tool, losses))
    declared: list[object] = [{"functionDeclarations": functions}] if functions else []
    return declared + others, bool(functions)


def _declaration(tool: Tool, losses: Losses) -> wire.FunctionDeclaration:
    if tool.strict:
        losses.lose("strict")
    if tool.cache is not None:
        losses.lose("cache_control")
    schema = UNSET if tool.schema is None else tool.schema
    return wire.FunctionDeclaration(
        tool.name, tool.description or None, parameters_json_schema=schema
    )


def _tool_config(choice: ToolChoice, losses: Losses) -> wire.ToolConfig | None:
    if choice.parallel is False and choice.mode != "none":
        losses.lose("parallel_tool_calls")
    match choice.mode:
        case "unset":
            return None
        case "named":
            config = wire.FunctionCallingConfig("ANY", [choice.name])
        case "required":
            config = wire.FunctionCallingConfig("ANY", list(choice.allowed) or None)
        case "none":
            config = wire.FunctionCallingConfig("NONE")
        case "auto":
            config = wire.FunctionCallingConfig("AUTO")
    return wire.ToolConfig(config)
