"""Answers that come whole, at an upstream that refuses."""

import pytest

from support.bedrock import Account
from support.gateway import KEY, deployment, snapshot
from support.upstream import Upstream, whole

COUNT = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
EMBED = {"model": "e", "input": "hi"}


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/v1/messages/count_tokens", COUNT, {"aws": True}),
        ("/v1/embeddings", EMBED, {"aws": True}),
        ("/v1/embeddings", EMBED, {"dialect": "google_generate"}),
    ],
)
async def test_a_refusal_is_said_in_the_clients_words(runner, client, tmp_path, path, body, place):
    refusal = {"message": "too long"} if "aws" in place else {"error": {"message": "too long"}}
    if "aws" in place:
        place = {"dialect": "bedrock_converse", "aws": Account(tmp_path).aws(anthropic=True)}
    async with Upstream([whole(400, refusal)]) as upstream:
        there = deployment(upstream.base_url, counts_tokens=True, **place)
        running = await runner.start(snapshot([there]))
        told = await client.post(running.base_url + path, json=body, headers=KEY)
    assert told.status_code == 400
    assert told.json()["error"]["message"].endswith("(400): too long")
    assert told.json()["error"]["type"] == "invalid_request_error"
