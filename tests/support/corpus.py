"""The golden corpus: requests, and upstreams' answers, with what becomes of each in every dialect.

`tests/replay/corpus/` holds a file a case. Run `python -m support.corpus` in `tests/` to write what is
expected anew after a change that is meant, and read the difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Message, Text, Tool
from vanguard.dialects.freeform import schema
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.passthrough import PassThroughRelay
from vanguard.wire.sse import Splitter

FOLDER = Path(__file__).resolve().parent.parent / "replay" / "corpus"
THREE = ("openai_chat", "anthropic_messages", "openai_responses")
MODELS = {
    "openai_chat": "gpt-5.6-sol",
    "anthropic_messages": "claude-opus-4-6",
    "openai_responses": "gpt-5.6-sol",
}
# what the client of an answer had asked: the tool for free text is declared as such
ASKED = Conversation(
    "public-name",
    (Message("user", (Text("hi"),)),),
    tools=(
        Tool("weather", schema=msgspec.Raw(b'{"type":"object"}')),
        Tool("apply_patch", schema=schema(None), kind="freeform"),
    ),
    stream=True,
)
_TIME = re.compile(r'"(created|created_at)":\d+')


def cases(kind: str) -> list[Path]:
    """The files of one kind: `requests` or `replies`."""
    return sorted((FOLDER / kind).glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return case


def request_outcome(case: dict[str, Any], target: str) -> dict[str, Any]:
    """The upstream's body and the losses, or the refusal."""
    source, model = DIALECTS[case["dialect"]], MODELS[target]
    body = json.dumps(case["request"]).encode()
    if case["dialect"] == target:
        through = PASS_THROUGHS[target]
        edited = through.edit(body, through.peek(body), model, None)
        return {"body": json.loads(edited), "losses": []}
    losses = Losses()
    try:
        asked = msgspec.structs.replace(source.read_request(body), model=model)
        written = DIALECTS[target].write_request(asked, losses)
    except VanguardError as error:
        return {"refused": error.code, "param": error.param}
    return {"body": json.loads(written), "losses": losses.names}


class _Translation:
    """What the gateway's translating relay does, without a gateway."""

    def __init__(self, upstream: str, client: str) -> None:
        self.reader = DIALECTS[upstream].reader()
        self.writer = DIALECTS[client].writer(ASKED, "req_1")
        self._splitter = Splitter()

    def feed(self, data: bytes) -> bytes:
        events = [one for raw in self._splitter.feed(data) for one in self.reader.event(raw)]
        return b"".join([self.writer.event(one) for one in events])

    def finish(self) -> bytes:
        rest = self._splitter.rest
        events = self.reader.event(rest + b"\n\n") if rest.strip() else []
        return b"".join([self.writer.event(one) for one in (*events, *self.reader.end())])


def _relay(upstream: str, client: str) -> _Translation | Relay:
    if upstream != client:
        return _Translation(upstream, client)
    through = PASS_THROUGHS[client]
    asked = b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}'
    return PassThroughRelay(DIALECTS[client], through, through.peek(asked), asked)


def reply_outcome(case: dict[str, Any], client: str, size: int = 0) -> dict[str, Any]:
    """What a client receives, in pieces of `size` bytes (0: event by event), or the error."""
    upstream = case["dialect"]
    if "whole" in case:
        return _whole_outcome(case, client)
    stream = b"".join(event.encode() for event in case["stream"])
    pieces = [event.encode() for event in case["stream"]]
    if size:
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    relay, out = _relay(upstream, client), b""
    try:
        for piece in pieces:
            out += relay.feed(piece)
        out += relay.finish()
    except VanguardError as error:
        return {"stream": _events(out), "error": type(error).__name__}
    return {"stream": _events(out)}


def _whole_outcome(case: dict[str, Any], client: str) -> dict[str, Any]:
    body = json.dumps(case["whole"]).encode()
    try:
        if case["dialect"] == client:
            PASS_THROUGHS[client].whole_usage(body)
            return {"whole": case["whole"]}
        events = DIALECTS[case["dialect"]].reader().whole(body)
        written = DIALECTS[client].writer(ASKED, "req_1").whole(events)
    except VanguardError as error:
        return {"error": type(error).__name__}
    return {"whole": json.loads(_TIME.sub(r'"\1":0', written.decode()))}


def _events(stream: bytes) -> list[str]:
    events = Splitter().feed(_TIME.sub(r'"\1":0', stream.decode()).encode())
    return [event.decode() for event in events]


def outcomes(kind: str, case: dict[str, Any]) -> dict[str, Any]:
    made = request_outcome if kind == "requests" else reply_outcome
    return {target: made(case, target) for target in THREE}


def main() -> None:
    """Writes what is expected anew."""
    for kind in ("requests", "replies"):
        for path in cases(kind):
            case = read(path)
            case["to"] = outcomes(kind, case)
            path.write_text(json.dumps(case, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
