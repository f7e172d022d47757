"""An upstream that plays an agent's model: a script decides each turn from what was asked.

It speaks Anthropic Messages, OpenAI Chat Completions and Responses on one port, and remembers every request.
"""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Self

from support.clients import anthropic_wire, openai_wire, responses_wire
from support.clients.http_double import HttpDouble, Reply
from support.clients.turns import Asked, Play, PromptCache, Refuse, Say

_WIRES: dict[str, ModuleType] = {
    "/v1/messages": anthropic_wire,
    "/v1/chat/completions": openai_wire,
    "/v1/responses": responses_wire,
}


class ScriptedModel(HttpDouble):
    """Answers with what `play` says; without one it says hello.

    Attributes:
        asked: every request, in the order of arrival.
        said: every streamed answer, byte for byte, in the same order.
        faults: what no script expected; a test that leaves one behind fails.
    """

    def __init__(self, play: Play | None = None) -> None:
        super().__init__()
        self.play: Play = play or (lambda _: (Say("Hello."),))
        self.asked: list[Asked] = []
        self.said: list[bytes] = []
        self.faults: list[str] = []
        self._cache = PromptCache()
        self._lock = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, asked: Asked) -> Reply:
        """One answer; a script that fails is remembered and answered as an error."""
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
            path = asked.path.partition("?")[0]
            if path == "/v1/messages/count_tokens":
                return Reply.json(200, {"input_tokens": len(asked.body) // 4})
            if path == "/v1/embeddings":
                return Reply.json(200, _embeddings(asked.json()))
            wire = _WIRES.get(path)
            if wire is None:
                self.faults.append(f"nothing at {asked.method} {asked.path}")
                return Reply.json(404, {"error": {"type": "not_found_error", "message": "?"}})
            body = asked.json()
            counted = self._cache.count(wire.blocks_of(body))
            try:
                turn = self.play(wire.read_question(body))
            except Exception as error:  # noqa: BLE001 - shown by the test, at the end
                self.faults.append(f"{type(error).__name__}: {error}")
                turn = Refuse(400, "invalid_request_error", f"the script failed: {error}")
        if isinstance(turn, Refuse):
            said = {"type": turn.kind, "message": turn.message}
            return Reply.json(turn.status, {"type": "error", "error": said}, turn.headers)
        if body.get("stream"):
            events = list(wire.write_stream(body, turn, number, counted))
            self.said.append(b"".join(events))
            return Reply.events(iter(events))
        return Reply.json(200, wire.write_whole(body, turn, number, counted))

    def turns(self, path: str = "/v1/messages") -> list[dict]:
        """The bodies of the requests for a turn, in order."""
        return [one.json() for one in self.asked if one.path.partition("?")[0] == path]

    def reset(self, play: Play) -> Self:
        """Another script for another test; what was asked before is forgotten."""
        with self._lock:
            self.play = play
            self.asked.clear()
            self.said.clear()
            self.faults.clear()
            self._cache = PromptCache()
        return self


def _embeddings(body: dict) -> dict:
    given = body["input"] if isinstance(body["input"], list) else [body["input"]]
    data = [
        {"object": "embedding", "index": index, "embedding": [0.25, -0.5]}
        for index in range(len(given))
    ]
    usage = {"prompt_tokens": len(given), "total_tokens": len(given)}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}
