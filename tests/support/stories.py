"""An answer in pieces, as two providers stream it, and the reading of what a client was given of it."""

import json

from support.gateway import KEY, deployment, snapshot
from support.upstream import Upstream, stream
from vanguard.snapshot.model import Model
from vanguard.wire.sse import Splitter, event_data

WORDS = ["Once", " upon", " a ", " time", "\n\n", "there", " was", " a", " cat."]
TEXT = "".join(WORDS)
ASK = {"model": "m", "max_tokens": 50, "messages": [{"role": "user", "content": "tell"}]}


def chunk(delta=None, finish=None, name="c1", **more):
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": name, "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return b"data: %b\n\n" % json.dumps({**body, "choices": choices, **more}).encode()


def event(kind, **fields):
    return b"event: %b\ndata: %b\n\n" % (
        kind.encode(),
        json.dumps({"type": kind, **fields}).encode(),
    )


def openai_chat(words, *, name="c1", usage=(20, 9)):
    """A whole stream of chat completions, in events."""
    counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return [
        chunk({"role": "assistant", "content": ""}, name=name),
        *(chunk({"content": word}, name=name) for word in words),
        chunk({}, "stop", name=name),
        chunk(name=name, usage=counts),
        b"data: [DONE]\n\n",
    ]


def anthropic_messages(words, *, name="c1", usage=(20, 9)):
    """The same in events of messages."""
    message = {"id": name, "type": "message", "role": "assistant", "content": [], "model": "m"}
    told = {"input_tokens": usage[0], "output_tokens": 1}
    block = {"type": "text", "text": ""}
    return [
        event("message_start", message={**message, "usage": told}),
        event("content_block_start", index=0, content_block=block),
        *(
            event("content_block_delta", index=0, delta={"type": "text_delta", "text": word})
            for word in words
        ),
        event("content_block_stop", index=0),
        event(
            "message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": usage[1]}
        ),
        event("message_stop"),
    ]


SAID = {"openai_chat": openai_chat, "anthropic_messages": anthropic_messages}
WAYS = {"openai_chat": "continue_final_message", "anthropic_messages": "prefill"}
DOORS = {"openai_chat": "/v1/chat/completions", "anthropic_messages": "/v1/messages"}


def begun(dialect, count):
    """The events of that many words, and what stands before them."""
    return SAID[dialect](WORDS)[: count + (1 if dialect == "openai_chat" else 2)]


def rest(dialect, shown, **more):
    """What a model says that goes on behind the text that it was shown."""
    assert TEXT.startswith(shown)
    left = TEXT[len(shown) :]
    return SAID[dialect]([left[:1], left[1:]] if left else [], name="c2", **more)


def read_chat(content):
    """The text of a chat stream, checked to be one answer."""
    events = [event_data(one) for one in Splitter().feed(content)]
    assert events.count(b"[DONE]") == 1
    chunks = [json.loads(one) for one in events if one and one != b"[DONE]"]
    assert len({(one["id"], one["created"], one["model"]) for one in chunks}) == 1
    choices = [choice for one in chunks for choice in one["choices"]]
    assert [one["delta"]["role"] for one in choices if "role" in one["delta"]] == ["assistant"]
    assert [one["finish_reason"] for one in choices if one["finish_reason"]] == ["stop"]
    return "".join(one["delta"].get("content") or "" for one in choices)


def read_messages(content):
    """The text of a messages stream, checked to be one answer."""
    events = [json.loads(event_data(one)) for one in Splitter().feed(content)]
    kinds = [one["type"] for one in events if one["type"] != "content_block_delta"]
    frame = ["message_start", "content_block_start", "content_block_stop"]
    assert [one for one in kinds if one != "ping"] == [*frame, "message_delta", "message_stop"]
    assert {one["index"] for one in events if "index" in one} == {0}
    return "".join(one["delta"]["text"] for one in events if one["type"] == "content_block_delta")


READ = {"openai_chat": read_chat, "anthropic_messages": read_messages}


def model(continuations=1):
    places = ("m/0", "m/1")
    asked = Model("m", "chat", places, continuations=continuations)
    return {"m": asked, "e": Model("e", "embedding", places)}


class Pair:
    """Two deployments, the first of which breaks off."""

    def __init__(self, runner, client, first="openai_chat", second="openai_chat"):
        self.runner, self.client = runner, client
        self.dialects = first, second
        self.broken, self.good = Upstream([]), Upstream([])

    async def start(
        self, *scripts, answer=None, continuations=1, bounds=None, deadlines=None, **more
    ):
        first, second = self.dialects
        self.broken.scripts = list(scripts)
        self.good.scripts = [answer or self.answer]
        places = [
            deployment(self.broken.base_url, dialect=first, **more.pop("first", {})),
            deployment(
                self.good.base_url,
                name="m/1",
                dialect=second,
                continues=WAYS[second],
                **more.pop("second", {}),
            ),
        ]
        value = snapshot(places, models=model(continuations), **more)
        self.running = await self.runner.start(value, bounds=bounds, deadlines=deadlines)
        return self.running

    async def answer(self, asked, write):
        """Goes on with whatever it is shown."""
        shown = asked.json()["messages"][-1]
        shown = shown["content"] if shown["role"] == "assistant" else ""
        if isinstance(shown, list):
            shown = shown[0]["text"]
        await stream(rest(self.dialects[1], shown))(asked, write)

    async def ask(self, door="openai_chat", **fields):
        return await self.client.post(
            self.running.base_url + DOORS[door], json={**ASK, "stream": True, **fields}, headers=KEY
        )

    def rows(self):
        return [(one.attempt, one.status, one.error) for one in self.running.settled()]

    async def __aenter__(self):
        await self.broken.__aenter__()
        await self.good.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self.good.__aexit__(*error)
        await self.broken.__aexit__(*error)
