"""A real boto3 client through the gateway's AWS door: to Bedrock, and to upstreams of other dialects."""

import asyncio
import json
import threading
from contextlib import closing

import anthropic
import httpx
import pytest
from botocore.exceptions import ClientError, EventStreamError

from support import bedrock
from support import bytes_of_providers as said
from support.bedrock import chunk, exception, framed, refused
from support.gateway import SECRET
from support.upstream import stream, whole
from vanguard.core.aws_pair import aws_pair
from vanguard.core.ids import hash_secret
from vanguard.core.policy import Policy, Rule
from vanguard.core.usage import Usage
from vanguard.snapshot.model import Limits
from vanguard.wire.sse import event_data

ASK = {"modelId": "m", "messages": [{"role": "user", "content": [{"text": "Say hello"}]}]}
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
ACROSS = pytest.mark.parametrize(
    "dialect", ["bedrock_converse", "anthropic_messages", "openai_chat"]
)
WHOLE = {
    "bedrock_converse": whole(200, bedrock.REPLY),
    "openai_chat": whole(200, said.OPENAI_TEXT),
    "anthropic_messages": whole(200, said.ANTHROPIC_TEXT),
}
STREAMS = {
    "bedrock_converse": framed(bedrock.STREAM),
    "openai_chat": stream(said.OPENAI_STREAM),
    "anthropic_messages": stream(said.ANTHROPIC_STREAM),
}
CHUNKS = [chunk(event_data(one)) for one in said.ANTHROPIC_STREAM]
CLAUDES = json.dumps(
    {
        "anthropic_version": "bedrock-2023-05-31",
        "anthropic_beta": ["context-1m-2025-08-07"],
        "max_tokens": 99,
        "messages": [{"role": "user", "content": "Say hello"}],
    }
)


@pytest.fixture
def to(account, serve, boto3_to):
    """Starts a gateway before an upstream, and makes a client of it."""

    async def make(dialect, *scripts, anthropic=False, client=None, **more):
        aws = account.aws(anthropic=anthropic) if dialect == "bedrock_converse" else None
        more = {"aws_master": account.master, **more}
        running, upstream = await serve(dialect, *scripts, aws=aws, **more)
        return running, upstream, boto3_to(running, **(client or {}))

    return make


def read(client, seen=None):
    """All events of a stream; `seen` is set when the first one is there."""
    with closing(client.converse_stream(**ASK)["stream"]) as events:
        got = []
        for event in events:
            got.append(event)
            if seen is not None:
                seen.set()
        return got


def text_of(events):
    deltas = [one["contentBlockDelta"]["delta"] for one in events if "contentBlockDelta" in one]
    return "".join(one.get("text", "") for one in deltas)


@ACROSS
async def test_converse(to, dialect):
    running, upstream, client = await to(dialect, WHOLE[dialect])
    answer = await asyncio.to_thread(client.converse, **ASK, inferenceConfig={"maxTokens": 99})
    texts = [one["text"] for one in answer["output"]["message"]["content"] if "text" in one]
    assert texts == ["Hello there"]
    assert answer["usage"]["outputTokens"] == 7
    assert answer["usage"]["inputTokens"] == 20
    assert answer["ResponseMetadata"]["RequestId"].startswith("req_")
    (settled,) = running.settled()
    assert settled.usage.cache_read_tokens in {60, 100}
    if dialect == "bedrock_converse":
        (asked,) = upstream.asked
        assert asked.path == "/v1/model/upstream-model/converse"
        assert bedrock.check_signature(asked) == bedrock.Account.KEYS[0]
        assert settled.usage == Usage(120, 7, 60, 30, 10)


@ACROSS
async def test_converse_stream(to, dialect):
    running, upstream, client = await to(dialect, STREAMS[dialect])
    events = await asyncio.to_thread(read, client)
    assert text_of(events) == "Hello there"
    assert "messageStart" in events[0]
    assert events[-1]["metadata"]["usage"]["outputTokens"] == 7
    (settled,) = running.settled()
    assert (settled.status, settled.usage.output_tokens) == ("ok", 7)
    if dialect == "bedrock_converse":
        assert upstream.asked[0].path == "/v1/model/upstream-model/converse-stream"
        bedrock.check_signature(upstream.asked[0])


@pytest.mark.parametrize("pieces", [1, 7, 100])
async def test_frames_of_bedrock_pass_as_they_came_however_they_are_cut(to, pieces):
    running, _, _ = await to("bedrock_converse", framed(bedrock.STREAM, pieces=pieces))
    headers = {"authorization": f"Bearer {SECRET}"}
    url = f"{running.base_url}/aws/model/m/converse-stream"
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.post(url, json={"messages": []}, headers=headers)
    assert answer.content == b"".join(bedrock.STREAM)
    assert answer.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert answer.headers["x-upstream-request-id"] == "aws-1"


async def test_ids_of_models_may_be_arns(to):
    names = {ARN: "m", "anthropic.claude-x-v1:0": "m"}
    _, upstream, client = await to("bedrock_converse", WHOLE["bedrock_converse"], names=names)
    for model in names:
        await asyncio.to_thread(client.converse, **{**ASK, "modelId": model})
    assert len(upstream.asked) == 2


async def test_claudes_frames_and_body_pass_as_they_are(to):
    running, upstream, client = await to("bedrock_converse", framed(CHUNKS), anthropic=True)

    def ask():
        answer = client.invoke_model_with_response_stream(modelId="m", body=CLAUDES)
        assert answer["contentType"] == "application/json"
        return [one["chunk"]["bytes"] for one in answer["body"]]

    assert await asyncio.to_thread(ask) == [event_data(one) for one in said.ANTHROPIC_STREAM]
    (asked,) = upstream.asked
    assert asked.path == "/v1/model/upstream-model/invoke-with-response-stream"
    assert asked.body == CLAUDES.encode()
    (settled,) = running.settled()
    assert (settled.usage.input_tokens, settled.usage.output_tokens) == (150, 7)


@pytest.mark.parametrize("dialect", ["anthropic_messages", "openai_chat", "bedrock_converse"])
async def test_claudes_bodies_reach_any_upstream(to, dialect):
    running, upstream, client = await to(dialect, WHOLE[dialect], STREAMS[dialect])

    def ask():
        whole = json.loads(client.invoke_model(modelId="m", body=CLAUDES)["body"].read())
        streamed = client.invoke_model_with_response_stream(modelId="m", body=CLAUDES)["body"]
        return whole, [json.loads(one["chunk"]["bytes"]) for one in streamed]

    answer, events = await asyncio.to_thread(ask)
    assert "Hello there" in json.dumps(answer["content"])
    assert events[0]["type"] == "message_start"
    assert events[-1]["type"] == "message_stop"
    assert len(running.settled()) == 2
    if dialect == "anthropic_messages":
        first, second = upstream.asked
        assert first.headers["anthropic-beta"] == "context-1m-2025-08-07"
        assert first.json()["model"] == "upstream-model"
        assert "anthropic_version" not in first.json()
        assert second.json()["stream"] is True


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("signed", [True, False])
async def test_anthropics_own_client_of_bedrock(to, account, streamed, signed):
    """It sends the `:` of a model's id as it is, and takes a bearer key where boto3 wants HTTPS."""
    script = framed(CHUNKS) if streamed else whole(200, said.ANTHROPIC_TEXT)
    names = {"anthropic.claude-x-v1:0": "m"}
    running, _, _ = await to("bedrock_converse", script, anthropic=True, names=names)
    pair = aws_pair(hash_secret(SECRET), account.resolve(account.master))
    keys = {"aws_access_key": pair.access_key_id, "aws_secret_key": pair.secret_access_key}
    async with anthropic.AsyncAnthropicBedrock(
        base_url=f"{running.base_url}/aws",
        aws_region="us-east-1",
        max_retries=0,
        **(keys if signed else {"api_key": SECRET}),
    ) as client:
        asked = {
            "model": "anthropic.claude-x-v1:0",
            "max_tokens": 9,
            "messages": [{"role": "user", "content": "hi"}],
        }
        if streamed:
            async with client.messages.stream(**asked) as events:
                message = await events.get_final_message()
        else:
            message = await client.messages.create(**asked)
    assert message.content[0].text == "Hello there"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aws_secret_access_key": "wrong"}, "does not match"),
        ({"aws_access_key_id": "VKIAAAAAAAAAAAAAAAAA"}, "not known"),
        ({"aws_access_key_id": "AKIAAAAAAAAAAAAAAAAA"}, "not known"),
    ],
)
async def test_who_does_not_hold_the_pair_is_refused(to, change, words):
    _, upstream, client = await to("openai_chat", WHOLE["openai_chat"], client=change)
    with pytest.raises(client.exceptions.AccessDeniedException, match=words) as caught:
        await asyncio.to_thread(client.converse, **ASK)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert not upstream.asked


async def test_without_a_master_secret_no_pair_is_taken(to):
    _, _, client = await to("openai_chat", WHOLE["openai_chat"], aws_master="")
    with pytest.raises(client.exceptions.AccessDeniedException):
        await asyncio.to_thread(client.converse, **ASK)


async def test_refusals_are_boto3s_own_exceptions(to):
    _, _, client = await to(
        "openai_chat", WHOLE["openai_chat"], limits=Limits(requests_per_minute=2)
    )
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="no model 'other'"):
        await asyncio.to_thread(client.converse, **{**ASK, "modelId": "other"})
    wrong = {"modelId": "m", "messages": [{"role": "robot", "content": [{"text": "hi"}]}]}
    with pytest.raises(client.exceptions.ValidationException, match="robot"):
        await asyncio.to_thread(client.converse, **wrong)
    await asyncio.to_thread(client.converse, **ASK)
    with pytest.raises(client.exceptions.ThrottlingException):
        await asyncio.to_thread(client.converse, **ASK)


async def test_bedrocks_refusal_is_told_as_bedrock_said_it(to):
    _, _, client = await to("bedrock_converse", refused(400, "ValidationException", "too long"))
    with pytest.raises(client.exceptions.ValidationException, match="too long"):
        await asyncio.to_thread(client.converse, **ASK)


async def test_what_aws_says_of_our_account_is_not_told(to):
    words = "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel"
    script = refused(403, "AccessDeniedException", words)
    _, _, client = await to("bedrock_converse", script)
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(client.converse, **ASK)
    assert "arn:aws" not in str(caught.value)
    assert caught.value.response["Error"]["Code"] == "ServiceUnavailableException"


async def test_an_exception_in_the_stream_ends_it(to):
    seen = threading.Event()
    frames = [*bedrock.STREAM[:6], exception("throttlingException", "slow down")]
    running, _, client = await to("bedrock_converse", framed(frames, last_after=seen))
    with pytest.raises(EventStreamError, match="slow down"):
        await asyncio.to_thread(read, client, seen)
    (settled,) = running.settled()
    assert settled.status == "truncated"


@pytest.mark.parametrize("die", [True, False])
async def test_half_a_stream_is_never_a_whole_one(to, die):
    half = [*bedrock.STREAM[:6], bedrock.STREAM[6][:9]]
    seen = threading.Event()
    running, _, client = await to("bedrock_converse", framed(half, die=die, last_after=seen))
    with pytest.raises(EventStreamError, match="modelStreamErrorException"):
        await asyncio.to_thread(read, client, seen)
    (settled,) = running.settled()
    assert settled.status == "truncated"


async def test_tokens_are_counted_by_whoever_can(to):
    running, upstream, client = await to("bedrock_converse", whole(200, {"inputTokens": 5}))
    wanted = {"converse": {"messages": ASK["messages"]}}
    counted = await asyncio.to_thread(client.count_tokens, modelId="m", input=wanted)
    # nobody said that this deployment counts: it is our estimate
    assert counted["inputTokens"] > 5
    assert not upstream.asked
    assert not running.settled()


@pytest.mark.parametrize("dialect", ["bedrock_converse", "openai_chat"])
async def test_guardrails_hold_both_ways(to, dialect):
    policy = Policy("p", (Rule("word", "hello|there"),))
    scripts = (WHOLE[dialect], STREAMS[dialect])
    _, upstream, client = await to(dialect, *scripts, policies=(policy,))
    answer = await asyncio.to_thread(client.converse, **ASK)
    texts = [one["text"] for one in answer["output"]["message"]["content"] if "text" in one]
    assert texts == ["Hello [word]"]
    assert text_of(await asyncio.to_thread(read, client)) == "Hello [word]"
    assert all(b"Say [word]" in one.body for one in upstream.asked)
