"""SageMaker endpoints: any client, a container that speaks chat completions, AWS's envelope around it."""

import asyncio
import json

import pytest

from support import bytes_of_providers as said
from support.bedrock import Account, check_signature, framed, refused
from support.gateway import ADMIN, KEY, chat, deployment, snapshot
from support.sagemaker import (
    STREAM,
    WHOLE,
    asked_by_botocore,
    broken,
    model_error,
    part,
    parts,
)
from support.upstream import Upstream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.boot import Bounds
from vanguard.snapshot.model import Budget

ANSWER = b"".join(said.OPENAI_STREAM)
ONCE = Bounds(attempts=1)
TARGETS = {
    "x-amzn-sagemaker-inference-component": "part-a",
    "x-amzn-sagemaker-target-variant": "blue",
}
MESSAGES = {"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "hi"}]}


def endpoint(upstream, tmp_path, *, model="", name="m/0", **more):
    aws = Account(tmp_path).aws(endpoint_model=model)
    base_url = upstream.base_url.removesuffix("/v1")
    return deployment(base_url, name=name, dialect="sagemaker_chat", aws=aws, **more)


def paused(*pieces):
    """A script whose pieces arrive one by one."""

    async def script(_asked, write):
        await write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        for piece in filter(None, pieces):
            await write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await asyncio.sleep(0.005)
        await write(b"0\r\n\r\n")

    return script


async def messages(client, running, **more):
    url = running.base_url + "/v1/messages"
    return await client.post(url, json={**MESSAGES, **more}, headers=KEY)


@pytest.mark.parametrize("stream", [False, True])
async def test_the_request_is_the_one_that_botocore_writes(runner, client, tmp_path, stream):
    script = framed([part(ANSWER)]) if stream else whole(200, said.OPENAI_TEXT)
    async with Upstream([script]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path, headers=TARGETS)]))
        answer = await chat(client, running, stream=stream, new_field={"a": 1.0})
        assert answer.status_code == 200
        (asked,) = upstream.asked
        path, headers = asked_by_botocore(
            STREAM if stream else WHOLE,
            EndpointName="upstream-model",
            InferenceComponentName="part-a",
            TargetVariant="blue",
            ContentType="application/json",
            Body=b"",
        )
        assert (asked.method, asked.path) == ("POST", path)
        assert headers.items() <= asked.headers.items()
        assert check_signature(asked, service="sagemaker") == Account.KEYS[0]
        body = asked.json()
        # the endpoint is no model of the container's, and usage is asked for
        assert "model" not in body
        assert body["new_field"] == {"a": 1.0}
        assert body.get("stream_options") == ({"include_usage": True} if stream else None)


async def test_the_containers_own_name_of_the_model(runner, client, tmp_path):
    async with Upstream([whole(200, said.OPENAI_TEXT)]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path, model="adapter-1")]))
        answer = await chat(client, running)
        assert answer.content == json.dumps(said.OPENAI_TEXT).encode()
        await messages(client, running)
        assert [one.json()["model"] for one in upstream.asked] == ["adapter-1", "adapter-1"]
        assert [one.usage.cache_read_tokens for one in running.settled()] == [100, 100]


@pytest.mark.parametrize("pieces", [1, 3, 64, len(ANSWER)])
async def test_a_streams_events_keep_their_bytes(runner, client, tmp_path, pieces):
    async with Upstream([framed(parts(ANSWER, pieces), pieces=97)]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        answer = await chat(client, running, stream=True)
        # all but the chunk of usage that nobody has asked for
        kept = [one for one in said.OPENAI_STREAM if b'"choices": []' not in one]
        assert answer.content == b"".join(kept)
        (settled,) = running.settled()
        assert settled.status == "ok"
        assert settled.usage.output_tokens == 7


@pytest.mark.parametrize("lines", [False, True])
async def test_a_client_of_another_dialect(runner, client, tmp_path, lines):
    data = ANSWER
    if lines:
        data = (
            data.replace(b"data: [DONE]\n\n", b"").replace(b"data: ", b"").replace(b"\n\n", b"\n")
        )
    async with Upstream([framed(parts(data, 10))]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        answer = await messages(client, running, stream=True)
        assert answer.text.count("text_delta") == 2
        assert "message_stop" in answer.text
        assert upstream.asked[0].path.endswith("/invocations-response-stream")
        assert [one.usage.output_tokens for one in running.settled()] == [7]


BROKEN = [
    (broken("ModelStreamError", "gone", ErrorCode="StreamBroken"), "broke off: gone"),
    (broken("ModelStreamError", "late", ErrorCode="ModelInvocationTimeExceeded"), "late"),
    (broken("InternalStreamFailure", "why"), "why"),
    (b"", "ended before"),
    (part(b'data: {"error": {"message": "out of memory"}}\n\n'), "out of memory"),
    (part(b"x")[:-1], "within a frame"),
]


@pytest.mark.parametrize(
    ("call", "last", "words"),
    [(call, *one) for at, one in enumerate(BROKEN) for call in (chat, messages)[: 1 + at % 2]],
)
async def test_what_breaks_off_after_the_first_token_is_told(
    runner, client, tmp_path, last, words, call
):
    begun = b"".join(parts(b"".join(said.OPENAI_STREAM[:2]), 11))
    async with Upstream([paused(begun, last)]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]), bounds=ONCE)
        answer = await call(client, running, stream=True)
        assert "Hello" in answer.text
        assert words in answer.text
        assert "[DONE]" not in answer.text
        assert "message_stop" not in answer.text
        assert [one.status for one in running.settled()] == ["truncated"]


@pytest.mark.parametrize("more", [b"", broken("ModelStreamError", "gone")])
async def test_what_came_before_an_error_reaches_a_client_of_another_dialect(
    runner, client, tmp_path, more
):
    told = b"".join(said.OPENAI_STREAM[:3]) + b'data: {"error": {"message": "out of memory"}}\n\n'
    async with Upstream([framed([part(told) + more])]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        answer = await messages(client, running, stream=True)
        assert answer.text.count("text_delta") == 2
        assert "out of memory" in answer.text.rstrip().split("\n\n")[-1]
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("truncated", 2)


@pytest.mark.parametrize("call", [chat, messages])
async def test_what_came_before_an_error_of_the_envelope_reaches_the_client(
    runner, client, tmp_path, call
):
    begun = part(b"".join(said.OPENAI_STREAM[:3]))
    async with Upstream([framed([begun + broken("ModelStreamError", "gone")])]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        answer = await call(client, running, stream=True)
        assert "Hello" in answer.text
        assert "gone" in answer.text.rstrip().split("\n\n")[-1]


async def test_before_the_first_token_another_takes_over(runner, client, tmp_path):
    first = framed([broken("InternalStreamFailure", "why")])
    async with Upstream([first, framed([part(ANSWER)])]) as upstream:
        places = [endpoint(upstream, tmp_path, name=f"m/{n}") for n in range(2)]
        running = await runner.start(snapshot(places))
        answer = await chat(client, running, stream=True)
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        assert [one.status for one in running.settled()] == ["failed", "ok"]


GONE = {"Message": "Endpoint e of account 123456789012 not found."}


@pytest.mark.parametrize(
    "script",
    [
        whole(424, model_error(503, "overloaded")),
        whole(424, model_error(429, "queue is full")),
        refused(400, "ThrottlingException", "Rate exceeded"),
        whole(400, GONE, {"x-amzn-errortype": "ValidationError"}),
        refused(403, "AccessDeniedException", "User: arn:aws:iam::123456789012:user/x is not"),
        whole(530, {"Message": "x"}),
    ],
)
async def test_what_is_not_the_clients_fault_goes_elsewhere(runner, client, tmp_path, script):
    async with Upstream([script, whole(200, said.OPENAI_TEXT), script]) as upstream:
        places = [endpoint(upstream, tmp_path, name=f"m/{n}") for n in range(2)]
        running = await runner.start(snapshot(places))
        answer = await chat(client, running)
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        running = await runner.start(snapshot(places[:1]), bounds=ONCE)
        answer = await chat(client, running)
        assert answer.status_code in {429, 503}
        assert "123456789012" not in answer.text


TOLD = json.dumps({"error": {"message": "max_tokens is too large", "type": "BadRequestError"}})


async def test_a_containers_refusal_is_told_in_its_own_words(runner, client, tmp_path):
    async with Upstream([whole(424, model_error(400, TOLD))]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        answer = await chat(client, running)
        assert (answer.status_code, answer.text) == (400, TOLD)
        answer = await messages(client, running)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert "max_tokens is too large" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (whole(424, model_error(422, "no json")), "no json"),
        (whole(400, {"Message": "1 validation error of 123456789012"}), "1 validation error"),
    ],
)
async def test_other_refusals_are_told_in_the_clients_form(runner, client, tmp_path, script, words):
    async with Upstream([script]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        answer = await chat(client, running)
        assert answer.status_code == 400
        assert words in answer.json()["error"]["message"]
        assert "123456789012" not in answer.text


async def test_guardrails_and_budgets_hold(runner, client, tmp_path):
    policy = Policy("p", (Rule("word", "there"),))
    async with Upstream([framed([part(ANSWER)])]) as upstream:
        running = await runner.start(
            snapshot([endpoint(upstream, tmp_path)], policies=(policy,), budget=Budget(1_000_000))
        )
        answer = await chat(client, running, stream=True)
        assert "[word]" in answer.text


async def test_one_of_many_models_is_not_streamed(runner, client, tmp_path):
    target = {"x-amzn-sagemaker-target-model": "a.tar.gz"}
    async with Upstream([whole(200, said.OPENAI_TEXT)]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path, headers=target)]))
        assert (await chat(client, running)).status_code == 200
        assert upstream.asked[0].headers["x-amzn-sagemaker-target-model"] == "a.tar.gz"
        answer = await chat(client, running, stream=True)
        assert answer.status_code == 400
        assert "ask without stream" in answer.text
        assert len(upstream.asked) == 1


async def test_tokens_are_estimated_and_texts_not_embedded(runner, client, tmp_path):
    async with Upstream([whole(200, said.OPENAI_TEXT)]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        url = running.base_url + "/v1/messages/count_tokens"
        answer = await client.post(url, json=MESSAGES, headers=KEY)
        assert answer.headers["x-vanguard-estimated"] == "true"
        url = running.base_url + "/v1/embeddings"
        answer = await client.post(url, json={"model": "e", "input": "x"}, headers=KEY)
        assert answer.status_code == 400
        assert not upstream.asked


async def test_route_explain_shows_it(runner, client, tmp_path):
    async with Upstream([whole(200, said.OPENAI_TEXT)]) as upstream:
        running = await runner.start(snapshot([endpoint(upstream, tmp_path)]))
        url = running.base_url + "/api/route/explain"
        admin = {"authorization": f"Bearer {ADMIN}"}
        answer = await client.post(url, json={"request": {"model": "m"}}, headers=admin)
        assert answer.json()["attempts"][0] == "m/0"
        (place,) = answer.json()["deployments"]
        assert (place["model"], place["standing"]) == ("upstream-model", "ready")
        assert not upstream.asked
