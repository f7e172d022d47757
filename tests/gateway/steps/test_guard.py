"""One policy at work on real sockets: both dialects, whole and streamed, in and out."""

import json

import msgspec
import pytest

from support import bytes_of_google as google
from support.gateway import KEY, REPLY, chat, chunk, delta, deployment, snapshot, until
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule

MASK = Policy("pii", (Rule("card", r"\d{4}-\d{4}"),))
BLOCK = Policy("no", (Rule("secret", "top secret", action="block"),))


def content(raw):
    texts = []
    for event in raw.split(b"\n\n"):
        if event.startswith(b"data: {"):
            choices = json.loads(event[6:]).get("choices", [])
            texts += [choice["delta"].get("content") or "" for choice in choices]
    return "".join(texts)


async def test_input_is_masked_before_it_leaves(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], policies=(MASK,)))
        await chat(client, running, messages=[{"role": "user", "content": "card 1234-5678 ok"}])
        assert upstream.asked[0].json()["messages"][0]["content"] == "card [card] ok"
        metrics = running.gateway.metrics.render().decode()
        assert (
            'vanguard_guardrail_findings_total{policy="pii",rule="card",action="mask",direction="input"} 1'
            in metrics
        )


async def test_blocked_input_reaches_nobody_and_costs_nothing(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], policies=(BLOCK,)))
        answer = await chat(client, running, messages=[{"role": "user", "content": "a top secret"}])
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "content_blocked"
        assert "top secret" not in answer.text
        assert upstream.asked == []
        assert running.records() == []
        assert running.gateway.limiter.counters("key").concurrent == 0


async def test_whole_output_is_masked_and_usage_still_read(runner, client):
    reply = json.loads(json.dumps(REPLY))
    reply["choices"][0]["message"]["content"] = "it is 1234-5678"
    async with Upstream([whole(200, reply)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], policies=(MASK,)))
        answer = await chat(client, running)
        assert answer.json()["choices"][0]["message"]["content"] == "it is [card]"
        assert running.settled()[0].usage.output_tokens == 5


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
async def test_streamed_output_is_masked_at_every_chunk_boundary(runner, client, size):
    text = "it is 1234-5678, not 12-34."
    parts = [delta(text[at : at + size]) for at in range(0, len(text), size)]
    events = [*parts, delta("", "stop"), b"data: [DONE]\n\n"]
    async with Upstream([stream(events)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], policies=(MASK,)))
        answer = await chat(client, running, stream=True)
        assert content(answer.content) == "it is [card], not 12-34."
        assert answer.content.endswith(b"data: [DONE]\n\n")


async def test_a_stream_without_findings_keeps_its_bytes(runner, client):
    events = [delta("plain "), delta("words"), delta("", "stop"), b"data: [DONE]\n\n"]
    async with Upstream([stream(events)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], policies=(MASK, BLOCK))
        )
        answer = await chat(client, running, stream=True)
        assert answer.content == b"".join(events)


async def test_blocked_output_ends_in_an_error_and_is_charged_from_the_upstreams_usage(
    runner, client
):
    usage = {"prompt_tokens": 20, "completion_tokens": 9}
    events = [
        delta("this is top"),
        delta(" secret"),
        delta(" more"),
        delta("", "stop"),
        chunk(choices=[], usage=usage),
        b"data: [DONE]\n\n",
    ]
    async with Upstream([stream(events, pause_s=0.02)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], policies=(BLOCK,)))
        answer = await chat(client, running, stream=True)
        assert b"top secret" not in answer.content.replace(b'"content": "', b"")
        assert content(answer.content) == "this is "
        assert b'"error"' in answer.content
        assert b"[DONE]" not in answer.content
        await until(running.settled)
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("blocked", 9)


async def test_anthropic_clients_are_guarded_alike(runner, client):
    def event(kind, **fields):
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    events = [
        event(
            "message_start", message={"id": "m", "usage": {"input_tokens": 3, "output_tokens": 1}}
        ),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *(
            event("content_block_delta", index=0, delta={"type": "text_delta", "text": letter})
            for letter in "no 1234-5678!"
        ),
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 12}),
        event("message_stop"),
    ]
    async with Upstream([stream(events)]) as upstream:
        running = await runner.start(
            snapshot(
                [deployment(upstream.base_url, dialect="anthropic_messages")], policies=(MASK,)
            )
        )
        body = {
            "model": "m",
            "max_tokens": 9,
            "stream": True,
            "system": "s 1111-2222",
            "messages": [],
        }
        answer = await client.post(running.base_url + "/v1/messages", json=body, headers=KEY)
        texts = [
            json.loads(part.partition(b"data: ")[2])["delta"]["text"]
            for part in answer.content.split(b"\n\n")
            if b"text_delta" in part
        ]
        assert "".join(texts) == "no [card]!"
        assert upstream.asked[0].json()["system"] == "s [card]"
        assert running.settled()[0].usage.output_tokens == 12


async def test_a_policy_that_is_gone_is_not_served_unguarded(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], policies=(MASK,))
        running = await runner.start(msgspec.structs.replace(value, policies={}))
        answer = await chat(client, running)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "guardrail_unavailable"
        assert upstream.asked == []


async def test_what_a_stream_masked_is_counted(runner, client):
    events = [delta("1234-5678 and 1111-2222"), delta("", "stop"), b"data: [DONE]\n\n"]
    async with Upstream([stream(events)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], policies=(MASK,)))
        await chat(client, running, stream=True)
        metrics = running.gateway.metrics.render().decode()
        labels = 'policy="pii",rule="card",action="mask",direction="output"'
        assert f"vanguard_guardrail_findings_total{{{labels}}} 2" in metrics


GOOGLE_TURNS = {"contents": [{"role": "user", "parts": [{"text": "card 1234-5678 ok"}]}]}


def google_text(chunks):
    return "".join(
        part.get("text", "")
        for one in chunks
        for candidate in one["candidates"]
        for part in candidate["content"]["parts"]
    )


@pytest.mark.parametrize("dialect", ["openai_chat", "google_generate"])
@pytest.mark.parametrize("query", ["", "?alt=sse"])
async def test_a_google_client_is_guarded_in_both_forms_of_a_stream(runner, client, dialect, query):
    pieces = ["my card 12", "34-56", "78."]
    if dialect == "google_generate":
        events = [google.event(google.reply([{"text": one}], None)) for one in pieces]
        events.append(google.event(google.reply([{"text": ""}])))
    else:
        events = [delta(one) for one in pieces] + [delta("", "stop"), b"data: [DONE]\n\n"]
    async with Upstream([stream(events)]) as upstream:
        place = deployment(upstream.base_url, dialect=dialect)
        running = await runner.start(snapshot([place], policies=(MASK,)))
        url = f"{running.base_url}/v1beta/models/m:streamGenerateContent{query}"
        answer = await client.post(url, json=GOOGLE_TURNS, headers=KEY)
        assert "card [card] ok" in upstream.asked[0].body.decode()
        chunks = answer.json() if not query else events_of(answer.text)
        assert google_text(chunks) == "my card [card]."


def events_of(text):
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
