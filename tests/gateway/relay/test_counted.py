"""Counts of tokens between Anthropic's API and Bedrock's."""

import base64
import json

import pytest

from support.bedrock import Account
from support.gateway import KEY, deployment, snapshot
from support.upstream import Upstream, whole

HI = [{"role": "user", "content": "hi"}]
INVOKE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": HI}
BODY = base64.b64encode(json.dumps(INVOKE).encode()).decode()
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
AWS_PATH = "/aws/model/m/count-tokens"


@pytest.fixture
def count(runner, client, tmp_path):
    async def post(path, body, answer, *, aws):
        async with Upstream([whole(200, answer)]) as upstream:
            place = deployment(
                upstream.base_url,
                dialect="bedrock_converse" if aws else "anthropic_messages",
                aws=Account(tmp_path).aws(anthropic=True) if aws else None,
                counts_tokens=True,
            )
            running = await runner.start(snapshot([place]))
            told = await client.post(running.base_url + path, json=body, headers=KEY)
            return told, upstream.asked

    return post


async def test_an_anthropic_client_before_bedrock(count):
    body = {"model": "m", "messages": HI}
    told, asked = await count("/v1/messages/count_tokens", body, {"inputTokens": 5}, aws=True)
    assert told.json() == {"input_tokens": 5}
    assert asked[0].path == "/v1/model/upstream-model/count-tokens"
    wrapped = asked[0].json()["input"]["invokeModel"]["body"]
    assert json.loads(base64.b64decode(wrapped)) == {
        "messages": HI,
        "max_tokens": 1,
        "anthropic_version": "bedrock-2023-05-31",
    }


@pytest.mark.parametrize("wanted", [{"invokeModel": {"body": BODY}}, {"converse": CONVERSE}])
async def test_a_bedrock_client_before_either(count, wanted):
    body = {"input": wanted}
    told, asked = await count(AWS_PATH, body, {"inputTokens": 5}, aws=True)
    assert told.json() == {"inputTokens": 5}
    assert asked[0].json() == body


@pytest.mark.parametrize("wanted", [{"invokeModel": {"body": BODY}}, {"converse": CONVERSE}])
async def test_a_bedrock_client_before_anthropic(count, wanted):
    told, asked = await count(AWS_PATH, {"input": wanted}, {"input_tokens": 5}, aws=False)
    assert told.json() == {"inputTokens": 5}
    assert asked[0].path == "/v1/messages/count_tokens"
    assert asked[0].json() == {"model": "upstream-model", "messages": HI}


@pytest.mark.parametrize("wanted", [{}, {"invokeModel": {"body": "%"}}, {"converse": {}}, 3])
async def test_what_cannot_be_counted_is_refused(count, wanted):
    told, asked = await count(AWS_PATH, {"input": wanted}, {"input_tokens": 5}, aws=False)
    assert told.status_code == 400
    assert told.headers["x-amzn-errortype"] == "ValidationException"
    assert not asked


async def test_an_answer_without_a_count_is_no_count(count):
    body = {"input": {"converse": CONVERSE}}
    told, _ = await count(AWS_PATH, body, {"other": 1}, aws=False)
    assert told.status_code == 424
