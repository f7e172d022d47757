"""An answer names the model as its client asked for it, whatever the upstream calls it."""

import json
import re

import pytest

from support import bytes_of_google as google
from support import bytes_of_providers as said
from support import bytes_of_responses as responses
from support.gateway import KEY, STREAM, chunk, delta, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.relay.passthrough import PassThroughRelay
from vanguard.gateway.relay.wrappers.renamed import RenamedRelay, renamed

ASKED = "claude-sonnet-4-5-20250929"
CHAT = {"model": ASKED, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
PATHS = {
    "openai_chat": ("/v1/chat/completions", CHAT, said.OPENAI_TEXT, said.OPENAI_STREAM),
    "anthropic_messages": ("/v1/messages", CHAT, said.ANTHROPIC_TEXT, said.ANTHROPIC_STREAM),
    "openai_responses": (
        "/v1/responses",
        {"model": ASKED, "input": "hi"},
        responses.TEXT,
        responses.STREAM,
    ),
    "google_generate": (
        f"/v1beta/models/{ASKED}",
        {"contents": [{"parts": [{"text": "hi"}]}]},
        google.TEXT,
        google.STREAM,
    ),
}
NAMED = re.compile(rb'"(?:model|modelVersion)"\s*:\s*"([^"]*)"')
EACH = pytest.mark.parametrize("client_dialect", PATHS)


async def asked(client, running, dialect, *, streamed):
    path, body, _, _ = PATHS[dialect]
    if dialect == "google_generate":
        path += ":streamGenerateContent?alt=sse" if streamed else ":generateContent"
    elif streamed:
        body = {**body, "stream": True}
        if dialect == "openai_chat":
            body["stream_options"] = {"include_usage": True}
    return await client.post(running.base_url + path, json=body, headers=KEY)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("upstream_dialect", PATHS)
@EACH
async def test_behind_a_pattern(runner, client, client_dialect, upstream_dialect, streamed):
    _, _, body, events = PATHS[upstream_dialect]
    script = stream(events) if streamed else whole(200, body)
    async with Upstream([script]) as upstream:
        place = deployment(upstream.base_url, dialect=upstream_dialect)
        running = await runner.start(snapshot([place]))
        answer = await asked(client, running, client_dialect, streamed=streamed)
        assert answer.status_code == 200, answer.text
        names = NAMED.findall(answer.content)
        assert names
        assert set(names) == {ASKED.encode()}
        if client_dialect == upstream_dialect and streamed:
            # and nothing else is another
            sent = NAMED.sub(b"", b"".join(events))
            assert NAMED.sub(b"", answer.content) == sent


@EACH
async def test_of_the_very_model_the_name_is_the_upstreams(runner, client, client_dialect):
    """As with a provider that answers an undated name under its dated one."""
    _, _, body, events = PATHS[client_dialect]
    async with Upstream([whole(200, body), stream(events)]) as upstream:
        place = deployment(upstream.base_url, dialect=client_dialect)
        running = await runner.start(
            snapshot([place], names={"m": "m", "upstream-model": "m", "e": "e"}, patterns=())
        )
        relays = []
        made = running.pipeline._neighbours.make_relay
        running.pipeline._neighbours.make_relay = lambda *a: relays.append(made(*a)) or relays[-1]
        for streamed in (False, True):
            path, fields, _, _ = PATHS[client_dialect]
            fields = {**fields, "model": "upstream-model"} if "model" in fields else fields
            path = path.replace(ASKED, "upstream-model")
            if client_dialect == "google_generate":
                path += ":streamGenerateContent?alt=sse" if streamed else ":generateContent"
            elif streamed:
                fields = {**fields, "stream": True}
            answer = await client.post(running.base_url + path, json=fields, headers=KEY)
            assert set(NAMED.findall(answer.content)) == set(
                NAMED.findall(json.dumps(body).encode())
            )
        assert [type(one) for one in relays] == [PassThroughRelay, PassThroughRelay]


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_wherever_a_stream_is_cut(runner, client, size):
    raw = b"".join(said.ANTHROPIC_STREAM)
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    async with Upstream([stream(pieces)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect="anthropic_messages")])
        )
        answer = await asked(client, running, "anthropic_messages", streamed=True)
        assert answer.content == raw.replace(b'"claude-up"', b'"%b"' % ASKED.encode())


async def test_no_name_is_added_and_none_within_a_text_is_touched(runner, client):
    text = delta('he wrote "model": "upstream" there')
    named = chunk(model="upstream", choices=[{"index": 0, "delta": {"content": "x"}}])
    async with Upstream(
        [stream([text, *STREAM]), stream([named, text, named, *STREAM])]
    ) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        body = {**CHAT, "stream": True, "stream_options": {"include_usage": True}}
        url = running.base_url + "/v1/chat/completions"
        first = await client.post(url, json=body, headers=KEY)
        assert first.content == b"".join([text, *STREAM])
        second = await client.post(url, json=body, headers=KEY)
        new = named.replace(b'"upstream"', b'"%b"' % ASKED.encode())
        assert second.content == b"".join([new, text, new, *STREAM])
        assert [one.usage.output_tokens for one in running.settled()] == [5, 5]


def test_what_cannot_be_read_or_names_none_stays(monkeypatch):
    class Inner:
        losses = ()
        skim = reword = tap = None
        whole = feed = staticmethod(lambda data: data)
        finish = staticmethod(lambda: b'data: {"model":"up"}\n\n')

    relay = RenamedRelay(Inner(), "openai_chat", "asked")
    for body in (b"[1]", b'{"model":null}', b'{"model":"asked"}', b'{"x":1}', b'{"model":7}'):
        assert relay.whole(body) == body
    assert (
        relay.whole(b'{"x":{"model":"up"},"model":"up"}') == b'{"x":{"model":"up"},"model":"asked"}'
    )
    assert relay.feed(b'data: {"model":7}\n\n') == b'data: {"model":7}\n\n'
    assert relay.finish() == b'data: {"model":"asked"}\n\n'
    inner = Inner()
    assert renamed(inner, "bedrock_invoke", "asked") is inner


def content_block_delta(text):
    value = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": text},
    }
    return b"event: content_block_delta\ndata: %b\n\n" % json.dumps(value).encode()


@pytest.mark.parametrize(
    ("dialect", "first", "event"),
    [
        ("openai_chat", [], lambda text: chunk(model="up", choices=[{"delta": {"content": text}}])),
        ("anthropic_messages", said.ANTHROPIC_STREAM[:2], content_block_delta),
    ],
)
def test_an_event_that_nobody_reads_is_renamed_like_one_that_is_read(dialect, first, event):
    """And most are not read: all but the first of those that differ in their text alone."""

    def made():
        inner = PassThroughRelay(
            DIALECTS[dialect], PASS_THROUGHS[dialect], Peek("up", stream=True), b""
        )
        return RenamedRelay(inner, dialect, ASKED)

    feeding, skimming = made(), made()
    skimmed = 0
    for one in (*first, *(event(text) for text in ("a", "two", "model", " up", 'say "up"', "b"))):
        read = feeding.feed(one)
        if skimming.tokens and skimming.skim(one):
            skimmed += 1
            assert skimming.reword(one) == read
        else:
            assert skimming.feed(one) == read
        assert set(NAMED.findall(read)) <= {ASKED.encode()}
    assert skimmed == 4
