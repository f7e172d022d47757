"""The turns that the SDKs' tests play, the same for every SDK and dialect."""

from __future__ import annotations

import json

from pydantic import BaseModel

from support.clients.turns import Call, Question, Refuse, Say, Turn, by_prompt, steps

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


class City(BaseModel):
    """What structured output is asked for."""

    name: str
    people: int


def weather(question: Question) -> Turn:
    """Asks for two cities at once, then says what it was told."""
    if not question.results:
        return (
            Say("I ask."),
            Call("weather", {"city": "Cairo"}),
            Call("weather", {"city": "القاهرة"}),
        )
    return (Say(" and ".join(question.results)),)


PLAY = by_prompt(
    {
        "hello": steps((Say("Hello, مرحبا."),)),
        "weather": weather,
        "city": steps((Say(json.dumps({"name": "Cairo", "people": 22_000_000})),)),
        "too fast": steps(Refuse(429, "rate_limit_error", "slow down", (("retry-after", "1"),))),
        "wrong": steps(Refuse(400, "invalid_request_error", "that is wrong")),
        "overloaded": steps(Refuse(529, "overloaded_error", "overloaded")),
    }
)
