"""Writes a Conversation as an OpenAI responses request.

It does not know which server will read it, so it uses only what OpenAI's own API accepts. Nothing is
kept there: each request holds its whole conversation, sealed reasoning included.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Foreign, OutputFormat, Text
from vanguard.dialects.openai_common.caps import marks_cache, reasons
from vanguard.dialects.openai_common.effort import effort_for
from vanguard.dialects.openai_common.shared import carried
from vanguard.dialects.openai_responses.tools import DIALECT, write_choice, write_tools
from vanguard.dialects.openai_responses.write_items import ItemWriter
from vanguard.wire import openai_responses as wire

_encode = msgspec.json.Encoder().encode

_USER_CHARACTERS = 128  # "with a maximum length of 128 characters" (API reference, 2026-11)


def write_request(conversation: Conversation, losses: Losses) -> bytes:
    """The body for `POST /v1/responses`.

    Raises:
        UnsupportedFeature: something is lost and `losses` is strict.
    """
    shared = _shared(conversation, losses)
    sampling, tools = conversation.sampling, write_tools(conversation, losses)
    items = ItemWriter(conversation, losses, marks_cache=marks_cache(conversation.model)).write()
    thinks = reasons(conversation.model)
    request = wire.ResponsesRequest(
        model=conversation.model,
        input=[msgspec.Raw(_encode(item)) for item in items],
        instructions=_instructions(conversation, losses),
        stream=True if conversation.stream else None,
        max_output_tokens=conversation.max_output_tokens,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        tools=tools or None,
        tool_choice=write_choice(conversation) if tools else None,
        parallel_tool_calls=conversation.tool_choice.parallel if tools else None,
        text=_text(conversation.output, shared.pop("text.verbosity", None)),
        reasoning=_reasoning(conversation, losses),
        include=["reasoning.encrypted_content"] if thinks else None,
        store=False,
        safety_identifier=_user(conversation.user, losses),
    )
    body = _encode(request)
    return body[:-1] + b"," + _encode(shared)[1:] if shared else body


def _shared(conversation: Conversation, losses: Losses) -> dict[str, msgspec.Raw]:
    """What another of OpenAI's APIs says by the same or another name; the rest is lost."""
    fields: dict[str, msgspec.Raw] = {}
    for foreign in conversation.foreign:
        name = carried(foreign, DIALECT)
        if name:
            fields[name] = foreign.value
        elif not _told_elsewhere(foreign):
            losses.lose(foreign.path)
    sampling = conversation.sampling
    for name, value in (
        ("top_k", sampling.top_k),
        ("seed", sampling.seed),
        ("presence_penalty", sampling.presence_penalty),
        ("frequency_penalty", sampling.frequency_penalty),
        ("stop", conversation.stop or None),
        ("cache_control", conversation.cache),
    ):
        if value is not None:
            losses.lose(name)
    return fields


def _told_elsewhere(foreign: Foreign) -> bool:
    """A tool's grammar stands in the tool."""
    return foreign.dialect == DIALECT and foreign.path.endswith(".format")


def _instructions(conversation: Conversation, losses: Losses) -> str | None:
    texts = []
    for part in conversation.system:
        if not isinstance(part, Text):
            losses.lose(part.path)
            continue
        if part.cache is not None:
            losses.lose("cache_control")  # instructions are cached without being asked for
        texts.append(part.text)
    return "\n\n".join(texts) or None


def _text(output: OutputFormat, verbosity: msgspec.Raw | None) -> wire.TextConfig | None:
    form = None
    if output.kind == "json_object":
        form = wire.Format("json_object")
    elif output.kind == "json_schema":
        schema = UNSET if output.schema is None else output.schema
        name, description = output.name or "answer", output.description or None
        form = wire.Format("json_schema", name, schema, description, output.strict)
    if form is None and verbosity is None:
        return None
    return wire.TextConfig(form, UNSET if verbosity is None else verbosity)


def _user(user: str, losses: Losses) -> str | None:
    if len(user) > _USER_CHARACTERS:
        losses.lose("metadata.user_id")
        return None
    return user or None


def _reasoning(conversation: Conversation, losses: Losses) -> wire.ReasoningConfig | None:
    reasoning = conversation.reasoning
    effort = effort_for(conversation.model, reasoning, losses)
    thinks = reasoning.mode in {"budget", "adaptive"} and reasoning.display != "omitted"
    summary = "auto" if thinks or reasoning.display == "summarized" else None
    if effort is None and summary is None:
        return None
    return wire.ReasoningConfig(effort, summary)
