"""Reads an OpenAI responses request into a Conversation.

It does not know upstreams: what only OpenAI's API has goes along as `Foreign`, and what rests on
something that OpenAI keeps (an earlier response, a stored prompt) is refused, for an answer without it
would be an answer to another question.
"""

from __future__ import annotations

from typing import cast, get_args

import msgspec

from vanguard.core.errors import InvalidRequest, UnsupportedFeature
from vanguard.dialects.conversation import (
    Conversation,
    Effort,
    Foreign,
    Message,
    OutputFormat,
    Reasoning,
    Sampling,
    Text,
)
from vanguard.dialects.malformed import decode
from vanguard.dialects.openai_responses.read_items import ItemReader
from vanguard.dialects.openai_responses.tools import DIALECT, ToolReader, read_choice
from vanguard.wire import openai_responses as wire
from vanguard.wire.lenient import LenientDecoder, Unknown, own_fields, present

_request = LenientDecoder(wire.ResponsesRequest)
_EFFORTS = get_args(Effort)

_KEPT = ("previous_response_id", "conversation", "prompt")
_OWN = (
    "access_programs",
    "background_options",
    "client_metadata",
    "context_management",
    "image",
    "max_tool_calls",
    "metadata",
    "moderation",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "service_tier",
    "top_logprobs",
    "truncation",
)
_NOTHING: tuple[object, ...] = (None, [], {})

# What says no more than leaving the field out does.
_IDLE: dict[str, tuple[object, ...]] = {
    "service_tier": ("auto", "default"),
    "text.verbosity": ("medium",),
    "top_logprobs": (0,),
    "truncation": ("disabled",),
    "reasoning.context": ("auto",),
    "reasoning.mode": ("standard",),
    "image": ({"context_compression": "auto"},),
}

# what an answer of ours holds anyway
_INCLUDED = {"reasoning.encrypted_content"}


def read_request(body: bytes) -> Conversation:
    """Reads the body of `POST /v1/responses`.

    Raises:
        InvalidRequest: with the field at fault in `param`.
        UnsupportedFeature: it rests on something that OpenAI keeps.
    """
    request, unknown = decode(_request, body)
    _refuse_kept(request)
    foreign = _foreign([*unknown, *own_fields(request, _OWN), *_details(request)])
    _note_options(request, foreign)
    tools = ToolReader(foreign)
    tools.read(request.tools or [], "tools")
    messages = _messages(request.input, tools)
    cap = request.max_output_tokens
    if cap is not None and cap < 1:
        raise InvalidRequest(
            f"max_output_tokens: must be at least 1, got {cap}", param="max_output_tokens"
        )
    choice = read_choice(request, tools.tools, foreign)
    return Conversation(
        model=request.model,
        messages=messages,
        system=(Text(request.instructions),) if request.instructions else (),
        tools=tuple(tools.tools),
        tool_choice=choice,
        reasoning=_reasoning(request.reasoning),
        output=_output(request.text.format if request.text else None),
        sampling=Sampling(temperature=request.temperature, top_p=request.top_p),
        max_output_tokens=cap,
        user=request.safety_identifier or request.user or "",
        stream=bool(request.stream),
        foreign=tuple(foreign),
    )


def _refuse_kept(request: wire.ResponsesRequest) -> None:
    for name in _KEPT:
        if present(getattr(request, name)) is not None:
            raise UnsupportedFeature(
                f"{name}: what it names is kept at OpenAI and this model is not served there; send"
                " the whole conversation in 'input', with store set to false",
                param=name,
            )


def _messages(written: str | list[msgspec.Raw] | None, tools: ToolReader) -> tuple[Message, ...]:
    if isinstance(written, str):
        messages: tuple[Message, ...] = (Message("user", (Text(written),)),) if written else ()
    else:
        messages = ItemReader(tools).read(written or [])
    if not messages:
        raise InvalidRequest("input: at least one message is needed", param="input")
    return messages


def _details(request: wire.ResponsesRequest) -> list[Unknown]:
    """What stands one level down."""
    found = []
    if request.text is not None:
        found += own_fields(request.text, ("verbosity",), "text")
    if request.reasoning is not None:
        found += own_fields(request.reasoning, ("context", "mode"), "reasoning")
    return found


def _foreign(unknown: list[Unknown]) -> list[Foreign]:
    found = []
    for one in unknown:
        value = msgspec.json.decode(one.value)
        if value in _NOTHING or value in _IDLE.get(one.path, ()):
            continue
        found.append(Foreign(DIALECT, one.path, one.value))
    return found


def _note_options(request: wire.ResponsesRequest, foreign: list[Foreign]) -> None:
    if request.store:
        foreign.append(Foreign(DIALECT, "store", msgspec.Raw(b"true")))
    for name in request.include or ():
        if name not in _INCLUDED:
            value = msgspec.Raw(msgspec.json.encode(name))
            foreign.append(Foreign(DIALECT, f"include[{name}]", value))


def _reasoning(config: wire.ReasoningConfig | None) -> Reasoning:
    if config is None:
        return Reasoning()
    if config.effort is not None and config.effort not in _EFFORTS:
        raise InvalidRequest(
            f"reasoning.effort: '{config.effort}' is not one of {', '.join(_EFFORTS)}",
            param="reasoning.effort",
        )
    shown = config.summary or config.generate_summary
    return Reasoning(
        effort=cast("Effort | None", config.effort), display="summarized" if shown else ""
    )


def _output(wanted: wire.Format | None) -> OutputFormat:
    if wanted is None or wanted.type == "text":
        return OutputFormat()
    if wanted.type == "json_object":
        return OutputFormat("json_object")
    if wanted.type != "json_schema":
        raise InvalidRequest(
            f"text.format.type: '{wanted.type}' is not one of text, json_object, json_schema",
            param="text.format.type",
        )
    schema = present(wanted.schema)
    if schema is None:
        raise InvalidRequest("text.format.schema: is missing", param="text.format.schema")
    return OutputFormat(
        "json_schema",
        schema=schema,
        name=wanted.name,
        description=wanted.description or "",
        strict=wanted.strict,
    )
