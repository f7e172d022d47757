"""What Google's models answer, byte for byte as far as it matters."""

from __future__ import annotations

import json
from typing import Any

USAGE = {
    "promptTokenCount": 120,
    "candidatesTokenCount": 7,
    "totalTokenCount": 132,
    "cachedContentTokenCount": 100,
    "thoughtsTokenCount": 5,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 120}],
}
ENVELOPE = {"modelVersion": "gemini-2.5-flash", "responseId": "r-1"}
SIGNATURE = "CiQB0e2Kb0123456789+/abcdefghijk"


def reply(
    parts: list[dict[str, Any]], finish: str | None = "STOP", usage: Any = USAGE
) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "usageMetadata": usage, **ENVELOPE}


def event(value: Any) -> bytes:
    """A chunk with the line ends that Google writes."""
    return b"data: " + json.dumps(value).encode() + b"\r\n\r\n"


EARLY = {"promptTokenCount": 120, "totalTokenCount": 120}
TEXT = reply([{"text": "Hello there"}])
STREAM = [
    event(reply([{"text": "Hello"}], None, EARLY)),
    event(reply([{"text": " there"}], None, EARLY)),
    event(reply([{"text": ""}])),
]
CALLS = [
    {
        "functionCall": {"name": "weather", "args": {"city": "Cairo"}, "id": "c1"},
        "thoughtSignature": SIGNATURE,
    },
    {"functionCall": {"name": "weather", "args": {"city": "Oslo"}, "id": "c2"}},
]
TOOLS = reply(CALLS)
TOOL_STREAM = [
    event(reply([CALLS[0]], None, EARLY)),
    event(reply([CALLS[1]], None, EARLY)),
    event(reply([{"text": ""}])),
]
THINKING = reply([{"text": "Let me think", "thought": True}, {"text": "Hello there"}])
THINKING_STREAM = [
    event(reply([{"text": "Let me", "thought": True}], None, EARLY)),
    event(reply([{"text": " think", "thought": True}], None, EARLY)),
    event(reply([{"text": "Hello there"}], None, EARLY)),
    event(reply([{"text": "", "thoughtSignature": SIGNATURE}])),
]
BLOCKED = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": EARLY, **ENVELOPE}
REFUSED = {
    "error": {"code": 400, "message": "bad temperature", "status": "INVALID_ARGUMENT"},
}
BAD_KEY = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
            }
        ],
    }
}
OVERLOADED = {
    "error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}
}
