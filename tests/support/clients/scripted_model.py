"""An upstream that plays an agent's model: a script decides each turn from what was asked.

It speaks Anthropic Messages, OpenAI Chat Completions and Responses, Google's generateContent and Bedrock's
runtime on one port, and remembers every request.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote

from support.clients import (
    anthropic_wire,
    bedrock_wire,
    google_wire,
    openai_wire,
    responses_wire,
)
from support.clients.http_double import HttpDouble, Reply
from support.clients.turns import Asked, Play, PromptCache, Refuse, Say

_SSE = "text/event-stream"
_WIRES: dict[str, Any] = {
    "/v1/messages": anthropic_wire,
    "/v1/chat/completions": openai_wire,
    "/v1/responses": responses_wire,
}
_GOOGLE = re.compile(r"/v1beta/models/(?P<model>[^:]+):(?P<verb>\w+)")
_AWS = re.compile(r"/v1/model/(?P<model>[^/]+)/(?P<verb>[\w-]+)")
_STREAMS = {"streamGenerateContent", "converse-stream", "invoke-with-response-stream"}


@dataclass(frozen=True)
class Way:
    """How one path is spoken to.

    Attributes:
        named: what the path says besides the body.
        counts: whether it is asked for a count alone.
    """

    wire: Any
    stream_type: str = _SSE
    named: tuple[tuple[str, object], ...] = ()
    counts: bool = False


def _way(path: str) -> Way | None:
    if path in _WIRES:
        return Way(_WIRES[path])
    if path == "/v1/messages/count_tokens":
        return Way(anthropic_wire, counts=True)
    google, aws = _GOOGLE.fullmatch(path), _AWS.fullmatch(path)
    found = google or aws
    if found is None:
        return None
    verb = found["verb"]
    named = (("model", unquote(found["model"])), ("stream", verb in _STREAMS))
    if google is not None:
        return Way(google_wire, named=named, counts=verb == "countTokens")
    wire = bedrock_wire.Invoke if verb.startswith("invoke") else bedrock_wire
    return Way(wire, bedrock_wire.STREAM_TYPE, named, counts=verb == "count-tokens")


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
            if path == "/v1/embeddings":
                return Reply.json(200, _embeddings(asked.json()))
            way = _way(path)
            if way is None:
                self.faults.append(f"nothing at {asked.method} {asked.path}")
                return Reply.json(404, {"error": {"type": "not_found_error", "message": "?"}})
            if way.counts:
                return Reply.json(200, _count(len(asked.body) // 4))
            body = {**asked.json(), **dict(way.named)}
            counted = self._cache.count(way.wire.blocks_of(body))
            try:
                turn = self.play(way.wire.read_question(body))
            except Exception as error:  # noqa: BLE001 - shown by the test, at the end
                self.faults.append(f"{type(error).__name__}: {error}")
                turn = Refuse(400, "invalid_request_error", f"the script failed: {error}")
        if isinstance(turn, Refuse):
            return _refused(way, turn)
        if body.get("stream"):
            events = list(way.wire.write_stream(body, turn, number, counted))
            self.said.append(b"".join(events))
            return Reply(200, (("content-type", way.stream_type),), iter(events), None)
        return Reply.json(200, way.wire.write_whole(body, turn, number, counted))

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


def _count(tokens: int) -> dict:
    """The answer in every family's words."""
    return {"input_tokens": tokens, "totalTokens": tokens, "inputTokens": tokens}


def _refused(way: Way, turn: Refuse) -> Reply:
    if way.wire is google_wire:
        return Reply.json(turn.status, google_wire.refusal(turn.status, turn.message), turn.headers)
    if way.stream_type == bedrock_wire.STREAM_TYPE:
        body, headers = bedrock_wire.refusal(turn.status, turn.message)
        return Reply.json(turn.status, body, (*headers, *turn.headers))
    said = {"type": turn.kind, "message": turn.message}
    return Reply.json(turn.status, {"type": "error", "error": said}, turn.headers)


def _embeddings(body: dict) -> dict:
    given = body["input"] if isinstance(body["input"], list) else [body["input"]]
    data = [
        {"object": "embedding", "index": index, "embedding": [0.25, -0.5]}
        for index in range(len(given))
    ]
    usage = {"prompt_tokens": len(given), "total_tokens": len(given)}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}
