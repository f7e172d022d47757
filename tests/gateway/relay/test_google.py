"""Counts and embeddings between Google's API and the others, through the doors."""

from __future__ import annotations

import base64
import struct

import pytest

from support.gateway import KEY, deployment, snapshot
from support.upstream import Upstream, whole

TURNS = [{"role": "user", "parts": [{"text": "hello"}]}]
COUNT = "/v1beta/models/m:countTokens"
EMBED, BATCH = "/v1beta/models/e:embedContent", "/v1beta/models/e:batchEmbedContents"


@pytest.fixture
async def ask(runner, client):
    """Sends a body to a path of a gateway before an upstream of that dialect."""

    async def run(dialect, reply, path, body, *, status=200, **headers):
        async with Upstream([whole(status, reply)]) as upstream:
            place = deployment(upstream.base_url, dialect=dialect, counts_tokens=True)
            running = await runner.start(snapshot([place]))
            answer = await client.post(
                running.base_url + path, json=body, headers={**KEY, **headers}
            )
            asked = upstream.asked[0] if upstream.asked else None
            records = running.settled()
            await runner.stop(running)
        return answer, asked, records

    return run


@pytest.mark.parametrize("dialect", ["anthropic_messages", "openai_chat"])
async def test_a_google_client_counts_where_anthropics_bodies_are_counted(ask, dialect):
    inner = {"systemInstruction": {"parts": [{"text": "be brief"}]}, "contents": TURNS}
    answer, asked, records = await ask(
        dialect, {"input_tokens": 7}, COUNT, {"generateContentRequest": inner}
    )
    assert answer.json() == {"totalTokens": 7}
    assert asked.path == "/v1/messages/count_tokens"
    body = asked.json()
    assert (body["model"], "max_tokens" in body) == ("upstream-model", False)
    assert body["messages"] == [{"role": "user", "content": "hello"}]
    assert records[0].usage.total_tokens == 0


async def test_an_anthropic_client_counts_at_google(ask):
    body = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "system": "s"}
    answer, asked, _ = await ask(
        "google_generate", {"totalTokens": 9}, "/v1/messages/count_tokens", body
    )
    assert answer.json() == {"input_tokens": 9}
    assert asked.path == "/v1/models/upstream-model:countTokens"
    assert asked.json()["generateContentRequest"] == {
        "model": "models/upstream-model",
        "contents": TURNS,
        "systemInstruction": {"parts": [{"text": "s"}]},
    }


async def test_an_anthropic_client_counts_at_vertex(runner, client):
    async with Upstream([whole(200, {"totalTokens": 9})]) as upstream:
        place = deployment(
            f"{upstream.base_url}/publishers/google", dialect="google_generate", counts_tokens=True
        )
        running = await runner.start(snapshot([place]))
        body = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
        url = running.base_url + "/v1/messages/count_tokens"
        answer = await client.post(url, json=body, headers=KEY)
        assert answer.json() == {"input_tokens": 9}
        assert upstream.asked[0].json() == {"contents": TURNS}


async def test_google_counts_for_google(ask):
    answer, asked, _ = await ask("google_generate", {"totalTokens": 9}, COUNT, {"contents": TURNS})
    assert answer.json() == {"totalTokens": 9}
    assert asked.json() == {"contents": TURNS}


@pytest.mark.parametrize("reply", [{}, [], {"totalTokens": "many"}])
async def test_what_is_no_count_is_an_error(ask, reply):
    answer, _, _ = await ask("anthropic_messages", str(reply).encode(), COUNT, {"contents": TURNS})
    assert answer.status_code == 502


ROWS = {
    "data": [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}],
    "usage": {"prompt_tokens": 5},
}


def to_embed(text, **more):
    return {"content": {"parts": [{"text": text}]}, **more}


async def test_many_texts_of_a_google_client_at_an_openai_upstream(ask):
    body = {
        "requests": [to_embed("a", outputDimensionality=1), to_embed("b", output_dimensionality=1)]
    }
    answer, asked, records = await ask("openai_chat", ROWS, BATCH, body)
    assert answer.json() == {"embeddings": [{"values": [1.0]}, {"values": [2.0]}]}
    assert asked.json() == {"model": "upstream-model", "input": ["a", "b"], "dimensions": 1}
    assert records[0].usage.input_tokens == 5


async def test_an_odd_count_costs_no_vector(ask):
    odd = {**ROWS, "usage": {"prompt_tokens": 5.0}}
    answer, _, records = await ask("openai_chat", odd, EMBED, to_embed("a"))
    assert answer.status_code == 200
    assert records[0].usage.input_tokens == 5


async def test_one_text_of_a_google_client(ask):
    answer, asked, _ = await ask(
        "openai_chat", ROWS, EMBED, to_embed("a", taskType="RETRIEVAL_QUERY")
    )
    assert answer.json() == {"embedding": {"values": [1.0]}}
    assert asked.json()["input"] == ["a"]
    assert answer.headers["x-vanguard-losses"] == "taskType"


@pytest.mark.parametrize(
    "body",
    [
        {"requests": []},
        {"requests": [{"content": {"parts": [{"inlineData": {"mimeType": "a/b", "data": ""}}]}}]},
        {"requests": [to_embed("a", outputDimensionality=1), to_embed("b")]},
        {"requests": 7},
    ],
)
async def test_what_cannot_be_embedded_is_refused(ask, body):
    answer, asked, _ = await ask("openai_chat", ROWS, BATCH, body)
    assert (answer.status_code, asked) == (400, None)
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("encoding", ["float", "base64", None])
async def test_an_openai_clients_texts_at_google(ask, encoding):
    body = {"model": "e", "input": ["a", "b"], "dimensions": 2, "encoding_format": encoding}
    reply = {"embeddings": [{"values": [0.5, 1.0]}, {"values": [0.25, 2.0]}]}
    answer, asked, records = await ask("google_generate", reply, "/v1/embeddings", body)
    assert asked.path == "/v1/models/upstream-model:batchEmbedContents"
    name = "models/upstream-model"
    assert asked.json()["requests"] == [
        {"model": name, **to_embed(text), "outputDimensionality": 2} for text in "ab"
    ]
    vectors = [row["embedding"] for row in answer.json()["data"]]
    if encoding == "base64":
        vectors = [list(struct.unpack("<2f", base64.b64decode(one))) for one in vectors]
    assert vectors == [[0.5, 1.0], [0.25, 2.0]]
    assert records[0].usage.estimated


async def test_one_text_of_googles_goes_to_google_as_it_is(ask):
    answer, asked, _ = await ask(
        "google_generate", {"embedding": {"values": [1.0]}}, EMBED, to_embed("a")
    )
    assert answer.json() == {"embedding": {"values": [1.0]}}
    assert (asked.path, asked.json()) == ("/v1/models/upstream-model:embedContent", to_embed("a"))


async def test_refusals_come_in_the_clients_words(ask):
    refusal = {"error": {"code": 400, "message": "too long", "status": "INVALID_ARGUMENT"}}
    body = {"model": "e", "input": "a"}
    answer, _, _ = await ask("google_generate", refusal, "/v1/embeddings", body, status=400)
    assert answer.status_code == 400
    assert "too long" in answer.json()["error"]["message"]
