"""Paths of deployments that differ from their dialect's own, through the doors."""

from __future__ import annotations

import json

import pytest

from support import bytes_of_google as google
from support import bytes_of_providers as said
from support.gateway import CHAT, KEY, SECRET, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.errors import UnsupportedFeature
from vanguard.gateway.call.placed_request import placed_path, versioned

TURNS = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
AZURE = {"chat": "/deployments/{model}/chat/completions?api-version=2024-10-21"}
CLAUDE = {
    "chat": "/models/{model}:rawPredict",
    "stream": "/models/{model}:streamRawPredict",
    "count_tokens": "/models/count-tokens:rawPredict",
}


def test_a_models_name_cannot_leave_its_place():
    place = deployment("http://x/v1", dialect="google_generate")
    odd = type(place)(
        **{**{f: getattr(place, f) for f in place.__struct_fields__}, "model": "a/../b?c@1"}
    )
    assert placed_path(odd, "chat") == "/models/a%2F..%2Fb%3Fc@1:generateContent"


def test_what_a_place_does_not_offer_is_refused():
    azure = deployment("http://x/openai", paths=AZURE)
    assert placed_path(azure, "stream").startswith("/deployments/upstream-model/")
    with pytest.raises(UnsupportedFeature):
        placed_path(azure, "embeddings")


def test_a_body_of_anthropics_gets_a_version_for_its_model():
    body = b'{"model":"m","x": 1e2 ,"anthropic_version":"other"}'
    assert versioned(body, "v") == b'{"anthropic_version":"v","x":1e2}'
    assert versioned(body, "v", keeps_model=True) == (
        b'{"anthropic_version":"v","model":"m","x":1e2}'
    )


@pytest.mark.parametrize("streamed", [True, False])
async def test_azure_puts_its_deployment_into_the_path(runner, client, streamed):
    script = stream(said.OPENAI_STREAM) if streamed else whole(200, said.OPENAI_TEXT)
    async with Upstream([script]) as upstream:
        place = deployment(upstream.base_url, paths=AZURE, auth_header="api-key", credential="")
        running = await runner.start(snapshot([place]))
        body = {**CHAT, "stream": streamed}
        answer = await client.post(
            running.base_url + "/v1/chat/completions?x=1", json=body, headers=KEY
        )
        assert answer.status_code == 200
        assert upstream.asked[0].path == (
            "/v1/deployments/upstream-model/chat/completions?api-version=2024-10-21"
        )


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("path", ["/v1/messages", "/v1beta/models/m:"])
async def test_claude_at_vertex(runner, client, path, streamed):
    script = stream(said.ANTHROPIC_STREAM) if streamed else whole(200, said.ANTHROPIC_TEXT)
    async with Upstream([script]) as upstream:
        place = deployment(
            upstream.base_url,
            dialect="anthropic_messages",
            paths=CLAUDE,
            anthropic_version="vertex-2023-10-16",
            headers={"anthropic-beta": "a-1"},
        )
        running = await runner.start(snapshot([place]))
        ours = path == "/v1/messages"
        verb = "" if ours else ("streamGenerateContent?alt=sse" if streamed else "generateContent")
        body = {**CHAT, "stream": streamed} if ours else TURNS
        answer = await client.post(running.base_url + path + verb, json=body, headers=KEY)
        assert "Hello" in answer.text
        asked = upstream.asked[0]
        specifier = "streamRawPredict" if streamed else "rawPredict"
        assert asked.path == f"/v1/models/upstream-model:{specifier}"
        assert asked.headers["anthropic-beta"] == "a-1"
        sent = asked.json()
        assert (sent["anthropic_version"], "model" in sent) == ("vertex-2023-10-16", False)
        assert bool(sent.get("stream")) is streamed


async def test_a_vertex_client_of_claudes_reaches_any_upstream(runner, client):
    body = {
        "anthropic_version": "vertex-2023-10-16",
        "messages": CHAT["messages"],
        "max_tokens": 50,
        "stream": True,
    }
    path = "/vertex/v1/projects/p/locations/l/publishers/anthropic/models/claude-x:streamRawPredict"
    async with Upstream([stream(said.OPENAI_STREAM)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await client.post(running.base_url + path, json=body, headers=KEY)
        assert b"message_stop" in answer.content
        assert upstream.asked[0].path == "/v1/chat/completions"
        (settled,) = running.settled()
        assert settled.status == "ok"
        refused = await client.post(running.base_url + path, content=b"{", headers=KEY)
        assert refused.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("place", ["header", "query", "bearer"])
async def test_a_key_comes_by_any_of_googles_ways_and_goes_no_further(runner, client, place):
    query = f"?key={SECRET}" if place == "query" else ""
    headers = {"header": {"x-goog-api-key": SECRET}, "bearer": KEY}.get(place, {})
    async with Upstream([whole(200, google.TEXT)]) as upstream:
        place_ = deployment(upstream.base_url, dialect="google_generate")
        running = await runner.start(snapshot([place_]))
        url = f"{running.base_url}/v1beta/models/m:generateContent{query}"
        answer = await client.post(url, json=TURNS, headers=headers)
        assert answer.json() == {**google.TEXT, "modelVersion": "m"}
        asked = upstream.asked[0]
        assert asked.path == "/v1/models/upstream-model:generateContent"
        assert SECRET not in json.dumps(asked.headers)
        assert asked.json() == TURNS
        odd = await client.post(f"{url}&x=1" if query else url, json=TURNS)
        assert odd.status_code == (200 if query else 401)


@pytest.mark.parametrize("dialect", ["google_generate", "openai_chat"])
async def test_a_stream_is_an_array_unless_asked_otherwise(runner, client, dialect):
    events = google.STREAM if dialect == "google_generate" else said.OPENAI_STREAM
    async with Upstream([stream(events)]) as upstream:
        place = deployment(upstream.base_url, dialect=dialect)
        running = await runner.start(snapshot([place]))
        url = f"{running.base_url}/v1beta/models/m:streamGenerateContent"
        array = await client.post(url, json=TURNS, headers=KEY)
        assert array.headers["content-type"] == "application/json"
        sse = await client.post(f"{url}?alt=sse", json=TURNS, headers=KEY)
        if dialect == "google_generate":
            renamed = b"".join(events).replace(b'"gemini-2.5-flash"', b'"m"')
            assert sse.content == renamed
        chunks = [json.loads(line[6:]) for line in sse.text.splitlines() if line.startswith("data")]
        for chunk in [*chunks, *array.json()]:
            chunk.pop("responseId")
        assert array.json()
        assert [one["candidates"] for one in array.json()] == [one["candidates"] for one in chunks]
        assert [one.status for one in running.settled()] == ["ok", "ok"]


async def test_an_array_that_breaks_off_ends_with_the_error(runner, client):
    async with Upstream([stream(google.STREAM[:2], die=True)]) as upstream:
        place = deployment(upstream.base_url, dialect="google_generate")
        running = await runner.start(snapshot([place]))
        url = f"{running.base_url}/v1beta/models/m:streamGenerateContent"
        answer = await client.post(url, json=TURNS, headers=KEY)
        *chunks, error = answer.json()
        assert len(chunks) == 2
        assert error["error"]["code"] in {502, 503}
        assert running.settled()[0].status == "truncated"


async def test_a_credential_that_changes_is_sent_as_it_is_now(runner, client, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("first")
    async with Upstream([whole(200, google.TEXT)]) as upstream:
        place = deployment(
            upstream.base_url,
            dialect="google_generate",
            auth_header="x-goog-api-key",
            credential=f"file:{secret}",
        )
        running = await runner.start(snapshot([place]))
        url = f"{running.base_url}/v1beta/models/m:generateContent"
        await client.post(url, json=TURNS, headers=KEY)
        secret.write_text("second and longer")
        running.gateway.credentials._files.clear()
        await client.post(url, json=TURNS, headers=KEY)
        sent = [asked.headers["x-goog-api-key"] for asked in upstream.asked]
        assert sent == ["first", "second and longer"]
        assert len(running.gateway.state.view.placed) == 1
