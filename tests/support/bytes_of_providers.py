"""What the two providers' APIs answer, as bytes: whole replies, streams, errors, tool calls."""

from __future__ import annotations

import json
import re


def openai_chunk(delta: dict | None = None, finish: str | None = None, **more) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "gpt-up",
        "choices": choices,
        **more,
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


OPENAI_USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 7,
    "total_tokens": 127,
    "prompt_tokens_details": {"cached_tokens": 100},
}
OPENAI_TEXT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "gpt-up",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello there", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": OPENAI_USAGE,
}
OPENAI_CALLS = [
    {
        "id": f"call_{city}",
        "type": "function",
        "function": {"name": "weather", "arguments": json.dumps({"city": city})},
    }
    for city in ("Cairo", "Oslo")
]
OPENAI_TOOLS = {
    **OPENAI_TEXT,
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": None, "tool_calls": OPENAI_CALLS},
            "finish_reason": "tool_calls",
        }
    ],
}
OPENAI_STREAM = [
    openai_chunk({"role": "assistant", "content": ""}),
    openai_chunk({"content": "Hello"}),
    openai_chunk({"content": " there"}),
    openai_chunk({}, "stop"),
    openai_chunk(usage=OPENAI_USAGE),
    b"data: [DONE]\n\n",
]
OPENAI_TOOL_STREAM = [
    openai_chunk({"role": "assistant", "content": None}),
    *(
        piece
        for index, call in enumerate(OPENAI_CALLS)
        for piece in (
            openai_chunk(
                {
                    "tool_calls": [
                        {
                            "index": index,
                            "id": call["id"],
                            "type": "function",
                            "function": {"name": "weather", "arguments": ""},
                        }
                    ]
                }
            ),
            openai_chunk(
                {
                    "tool_calls": [
                        {
                            "index": index,
                            "function": {"arguments": call["function"]["arguments"][:6]},
                        }
                    ]
                }
            ),
            openai_chunk(
                {
                    "tool_calls": [
                        {
                            "index": index,
                            "function": {"arguments": call["function"]["arguments"][6:]},
                        }
                    ]
                }
            ),
        )
    ),
    openai_chunk({}, "tool_calls"),
    openai_chunk(usage=OPENAI_USAGE),
    b"data: [DONE]\n\n",
]
OPENAI_THINKING_STREAM = [
    openai_chunk({"role": "assistant", "content": ""}),
    openai_chunk({"reasoning_content": "Let me"}),
    openai_chunk({"reasoning_content": " think"}),
    *OPENAI_STREAM[1:],
]


def anthropic_event(kind: str, **fields) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


ANTHROPIC_USAGE = {
    "input_tokens": 20,
    "cache_creation_input_tokens": 30,
    "cache_read_input_tokens": 100,
    "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
    "output_tokens": 7,
}
ANTHROPIC_TEXT = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-up",
    "content": [{"type": "text", "text": "Hello there"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": ANTHROPIC_USAGE,
}
ANTHROPIC_CALLS = [
    {"type": "tool_use", "id": f"toolu_{city}", "name": "weather", "input": {"city": city}}
    for city in ("Cairo", "Oslo")
]
ANTHROPIC_TOOLS = {
    **ANTHROPIC_TEXT,
    "content": [{"type": "text", "text": "Looking."}, *ANTHROPIC_CALLS],
    "stop_reason": "tool_use",
}
_START = anthropic_event(
    "message_start",
    message={
        **ANTHROPIC_TEXT,
        "content": [],
        "stop_reason": None,
        "usage": {**ANTHROPIC_USAGE, "output_tokens": 1},
    },
)


def _block(index: int, block: dict, deltas: list[dict]) -> list[bytes]:
    return [
        anthropic_event("content_block_start", index=index, content_block=block),
        *(anthropic_event("content_block_delta", index=index, delta=delta) for delta in deltas),
        anthropic_event("content_block_stop", index=index),
    ]


def _end(reason: str) -> list[bytes]:
    return [
        anthropic_event(
            "message_delta",
            delta={"stop_reason": reason, "stop_sequence": None},
            usage={"output_tokens": 7},
        ),
        anthropic_event("message_stop"),
    ]


_TEXT = [{"type": "text_delta", "text": "Hello"}, {"type": "text_delta", "text": " there"}]
_TEXT_BLOCK = {"type": "text", "text": ""}
ANTHROPIC_STREAM = [
    _START,
    anthropic_event("ping"),
    *_block(0, _TEXT_BLOCK, _TEXT),
    *_end("end_turn"),
]
ANTHROPIC_TOOL_STREAM = [
    _START,
    *(
        piece
        for index, call in enumerate(ANTHROPIC_CALLS)
        for piece in _block(
            index,
            {**call, "input": {}},
            [
                {"type": "input_json_delta", "partial_json": json.dumps(call["input"])[:6]},
                {"type": "input_json_delta", "partial_json": json.dumps(call["input"])[6:]},
            ],
        )
    ),
    *_end("tool_use"),
]
ANTHROPIC_THINKING_STREAM = [
    _START,
    *_block(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        [
            {"type": "thinking_delta", "thinking": "Let me think"},
            {"type": "signature_delta", "signature": "c2ln"},
        ],
    ),
    *_block(1, _TEXT_BLOCK, _TEXT),
    *_end("end_turn"),
]
ANTHROPIC_OVERLOADED = {
    "type": "error",
    "error": {"type": "overloaded_error", "message": "Overloaded"},
}


def as_asked(sent: bytes, model: bytes = b"m") -> bytes:
    """What a provider sent, with the name of the model that the client asked for."""
    return re.sub(rb'("model(?:Version)?": ?)"[^"]*"', rb'\1"' + model + b'"', sent)
