"""Answers that pass in an envelope of AWS are carried on like any other, into one and out of one."""

import json

import pytest

from support.bedrock import Account, chunk, delta, exception, frame, framed
from support.gateway import KEY, deployment, snapshot
from support.sagemaker import broken, part, parts
from support.stories import ASK, DOORS, READ, TEXT, WAYS, anthropic_messages, begun, rest
from support.upstream import Upstream
from vanguard.snapshot.model import Model
from vanguard.wire.sse import event_data

DIALECTS = list(DOORS)
LEFT = TEXT[len("Once upon a") :]
CONVERSE = [
    frame("messageStart", {"role": "assistant"}),
    *(delta(0, {"text": text}) for text in (LEFT[:3], LEFT[3:])),
    frame("contentBlockStop", {"contentBlockIndex": 0}),
    frame("messageStop", {"stopReason": "end_turn"}),
    frame("metadata", {"usage": {"inputTokens": 9, "outputTokens": 6, "totalTokens": 15}}),
]
BREAK = broken("ModelStreamError", "gone", ErrorCode="StreamBroken")


def claude(upstream, tmp_path, name, **more):
    aws = Account(tmp_path).aws(anthropic=True)
    return deployment(upstream.base_url, name=name, dialect="bedrock_converse", aws=aws, **more)


def endpoint(upstream, tmp_path, name, **more):
    aws = Account(tmp_path).aws()
    return deployment(upstream.base_url, name=name, dialect="sagemaker_chat", aws=aws, **more)


async def asked(runner, client, places, door):
    names = tuple(one.id for one in places)
    models = {"m": Model("m", "chat", names, continuations=1), "e": Model("e", "embedding", names)}
    running = await runner.start(snapshot(list(places), models=models))
    answer = await client.post(
        running.base_url + DOORS[door], json={**ASK, "stream": True}, headers=KEY
    )
    return answer, [one.status for one in running.settled()]


async def ask(runner, client, places, door):
    answer, statuses = await asked(runner, client, places, door)
    assert statuses == ["truncated", "ok"]
    return READ[door](answer.content)


@pytest.mark.parametrize("door", DIALECTS)
async def test_from_an_endpoint_to_claude(runner, client, tmp_path, door):
    first = framed([*parts(b"".join(begun("openai_chat", 3)), 9), BREAK])
    invoked = [chunk(event_data(one)) for one in anthropic_messages([LEFT])]
    second = framed(invoked if door == "anthropic_messages" else CONVERSE)
    async with Upstream([first]) as ours, Upstream([second]) as theirs:
        places = (
            endpoint(ours, tmp_path, "m/0"),
            claude(theirs, tmp_path, "m/1", continues="prefill"),
        )
        assert await ask(runner, client, places, door) == TEXT
        last = theirs.asked[0].json()["messages"][-1]
        assert last["role"] == "assistant"
        assert "Once upon a" in json.dumps(last["content"])
        assert theirs.asked[0].path.endswith(
            "/invoke-with-response-stream" if door == "anthropic_messages" else "/converse-stream"
        )


@pytest.mark.parametrize("door", DIALECTS)
async def test_from_claude_to_an_endpoint(runner, client, tmp_path, door):
    if door == "anthropic_messages":
        first = framed([chunk(event_data(one)) for one in begun(door, 3)])
    else:
        first = framed([CONVERSE[0], delta(0, {"text": "Once upon a "})], die=True)
    second = framed([part(one) for one in rest("openai_chat", "Once upon a")])
    async with Upstream([first]) as ours, Upstream([second]) as theirs:
        way = WAYS["openai_chat"]
        places = (
            claude(ours, tmp_path, "m/0"),
            endpoint(theirs, tmp_path, "m/1", continues=way),
        )
        assert await ask(runner, client, places, door) == TEXT
        body = theirs.asked[0].json()
        assert body["messages"][-1] == {"role": "assistant", "content": "Once upon a"}
        assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
        assert "model" not in body


STOPPED = [CONVERSE[0], delta(0, {"text": TEXT}), *CONVERSE[3:5]]


@pytest.mark.parametrize("door", DIALECTS)
async def test_nobody_goes_on_where_converse_has_said_that_it_stops(runner, client, tmp_path, door):
    first = framed([*STOPPED, exception("internalServerException", "late")])
    async with Upstream([first]) as ours, Upstream([framed(CONVERSE)]) as theirs:
        aws = Account(tmp_path).aws()
        more = {"dialect": "bedrock_converse", "aws": aws}
        places = (
            deployment(ours.base_url, **more),
            deployment(theirs.base_url, name="m/1", continues="prefill", **more),
        )
        answer, statuses = await asked(runner, client, places, door)
        assert b'"error"' in answer.content
        assert statuses == ["truncated"]
        assert not theirs.asked
