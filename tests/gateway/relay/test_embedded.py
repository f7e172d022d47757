"""Embeddings between OpenAI's API and the bodies of Bedrock's models."""

import msgspec
import pytest

from support.bedrock import Account, check_signature
from support.gateway import KEY, deployment, snapshot
from support.upstream import Upstream, whole

TITAN = {"embedding": [0.5, 1.0], "inputTextTokenCount": 3}
COHERE = {"id": "x", "response_type": "embeddings_floats", "embeddings": [[0.5], [1.0]]}
OPENAI = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.0]}],
    "model": "up",
    "usage": {"prompt_tokens": 3, "total_tokens": 3},
}
INVOKE = "/aws/model/e/invoke"
OURS = "/v1/embeddings"


@pytest.fixture
def ask(runner, client, tmp_path):
    async def post(path, body, answer, *, model=""):
        async with Upstream([whole(200, answer)]) as upstream:
            place = deployment(upstream.base_url)
            if model:
                aws = Account(tmp_path).aws()
                place = msgspec.structs.replace(
                    place, dialect="bedrock_converse", aws=aws, model=model
                )
            running = await runner.start(snapshot([place]))
            told = await client.post(running.base_url + path, json=body, headers=KEY)
            return told, upstream.asked, running

    return post


async def test_an_openai_client_before_titan(ask):
    body = {"model": "e", "input": "hi", "dimensions": 256, "encoding_format": "base64"}
    told, asked, running = await ask(OURS, body, TITAN, model="amazon.titan-embed-text-v2:0")
    assert told.json() == {**OPENAI, "model": "e"}
    assert told.headers["x-vanguard-losses"] == "encoding_format"
    assert asked[0].path == "/v1/model/amazon.titan-embed-text-v2%3A0/invoke"
    check_signature(asked[0])
    assert asked[0].json() == {"inputText": "hi", "dimensions": 256}
    (settled,) = running.settled()
    assert settled.usage.input_tokens == 3


async def test_an_odd_count_costs_no_vector(ask):
    odd = {**TITAN, "inputTextTokenCount": 3.0}
    body, model = {"model": "e", "input": "hi"}, "amazon.titan-embed-text-v2:0"
    told, _, running = await ask(OURS, body, odd, model=model)
    assert told.json() == {**OPENAI, "model": "e"}
    (settled,) = running.settled()
    assert settled.usage.input_tokens == 3


@pytest.mark.parametrize("answer", [COHERE, {**COHERE, "embeddings": {"float": [[0.5], [1.0]]}}])
async def test_an_openai_client_before_cohere(ask, answer):
    body = {"model": "e", "input": ["a", "b"]}
    told, asked, running = await ask(OURS, body, answer, model="cohere.embed-v4:0")
    assert [one["embedding"] for one in told.json()["data"]] == [[0.5], [1.0]]
    assert asked[0].json() == {"texts": ["a", "b"], "input_type": "search_document"}
    (settled,) = running.settled()
    assert settled.usage.estimated


async def test_bedrocks_own_bodies_pass_as_they_are(ask):
    body = {"inputText": "hi", "embeddingTypes": ["float"]}
    told, asked, running = await ask(INVOKE, body, TITAN, model="amazon.titan-embed-text-v2:0")
    assert told.json() == TITAN
    assert asked[0].json() == body
    (settled,) = running.settled()
    assert settled.usage.input_tokens == 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"inputText": "hi"}, TITAN),
        (
            {"texts": ["hi"], "input_type": "search_query"},
            {**COHERE, "embeddings": [[0.5, 1.0]], "texts": ["hi"]},
        ),
    ],
)
async def test_bedrocks_bodies_before_an_openai_model(ask, body, expected):
    told, asked, _ = await ask(INVOKE, body, OPENAI)
    got = told.json()
    assert got | {"id": "x"} == expected | {"id": "x"}
    assert asked[0].json() == {"model": "upstream-model", "input": ["hi"]}


@pytest.mark.parametrize(
    ("body", "model"),
    [
        ({"model": "e", "input": ["a", "b"]}, "amazon.titan-embed-text-v2:0"),
        ({"model": "e", "input": ["a"] * 97}, "cohere.embed-v4:0"),
        ({"model": "e", "input": [[1, 2]]}, "cohere.embed-v4:0"),
        ({"model": "e", "input": []}, "cohere.embed-v4:0"),
    ],
)
async def test_what_a_model_does_not_take_is_refused(ask, body, model):
    told, asked, _ = await ask(OURS, body, TITAN, model=model)
    assert told.status_code == 400
    assert not asked


@pytest.mark.parametrize("answer", [{"x": 1}, {"embedding": "no"}])
async def test_an_answer_without_vectors_is_none(ask, answer):
    body = {"model": "e", "input": "hi"}
    told, _, _ = await ask(OURS, body, answer, model="amazon.titan-embed-text-v2:0")
    assert told.status_code == 502
