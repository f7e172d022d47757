"""The request for the rest of an answer: the client's own, and behind it what has been given.

It does not know replies. Both dialects that go on write messages alike, so one file will do.

Ways that a model is told to go on:
`prefill`: the last message is the assistant's. Claude up to 4.5, without thinking, without a schema, and without
white space at its end (Anthropic, "Prefill Claude's response" and "Structured outputs"; from 4.6 on it is an
error: "Migrating to Claude 4.6"; 2026-11).
`continue_final_message`: the same, and two fields that say so (vLLM, OpenAI-compatible server, extra parameters of the
chat API; 2026-11).
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from vanguard.dialects.conversation import Conversation

_CAPS = ("max_tokens", "max_completion_tokens")
_FREE_MODES = frozenset({"unset", "auto", "none"})

_object = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])
_encode = msgspec.json.Encoder().encode


def may_go_on(conversation: Conversation) -> bool:
    """Whether the answer to a request is text that a second model can go on with."""
    reasoning = conversation.reasoning
    return (
        bool(conversation.messages)
        and conversation.messages[-1].role != "assistant"
        and conversation.output.kind == "text"
        and conversation.tool_choice.mode in _FREE_MODES
        and reasoning.mode in {"unset", "off"}
        and reasoning.effort in {None, "none"}
    )


def going_on(body: bytes, text: str, tokens: int) -> bytes:
    """A client's body with the given text as the last message, and caps without the given tokens."""
    fields: dict[str, object] = dict(_object.decode(body))
    messages = _list.decode(msgspec.json.encode(fields["messages"]))
    fields["messages"] = [*messages, {"role": "assistant", "content": text}]
    for name in _CAPS:
        raw = fields.get(name)
        cap = msgspec.json.decode(raw) if isinstance(raw, Raw) else None
        if isinstance(cap, int):
            fields[name] = max(1, cap - tokens)
    return _encode(fields)


def told_to_go_on(body: bytes) -> bytes:
    """A body of chat completions whose server must be told to go on with the last message."""
    fields: dict[str, object] = dict(_object.decode(body))
    return _encode({**fields, "continue_final_message": True, "add_generation_prompt": False})
