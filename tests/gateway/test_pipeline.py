import asyncio
import gc
import gzip
import json

import httpx
import pytest
from msgspec.structs import replace

from support.connect_proxy import ConnectProxy
from support.gateway import KEY, REPLY, SECRET, Lines, chat, deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.http.reader import RequestReader
from vanguard.gateway.http.server import ServerConnection
from vanguard.gateway.steps import call
from vanguard.snapshot.boot import Bounds, ForwardProxies
from vanguard.snapshot.model import Budget, Limits


async def test_embeddings_pass_through(runner, client):
    reply = {"object": "list", "data": [], "usage": {"prompt_tokens": 4, "total_tokens": 4}}
    async with Upstream([whole(200, reply)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await client.post(
            running.base_url + "/v1/embeddings", json={"model": "e", "input": "x"}, headers=KEY
        )
        assert answer.json() == reply
        assert upstream.asked[0].path == "/v1/embeddings"
        (settled,) = running.settled()
        assert (settled.usage.input_tokens, settled.cost_usd_micros) == (4, 12)
        wrong = await client.post(
            running.base_url + "/v1/embeddings", json={"model": "m", "input": "x"}, headers=KEY
        )
        assert wrong.status_code == 404


async def test_unknown_paths_methods_and_models(runner, client):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    assert (await client.get(running.base_url + "/v1/nothing")).status_code == 404
    answer = await client.get(running.base_url + "/v1/chat/completions", headers=KEY)
    assert answer.status_code == 405
    answer = await chat(client, running, model="nobody")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def living(*kinds):
    return sum(type(one) in kinds for one in gc.get_objects())


async def test_closed_connections_are_freed_without_a_collection(runner):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        gc.collect()
        gc.disable()
        try:
            kinds = ServerConnection, RequestReader, UpstreamConnection
            before = living(*kinds)
            async with httpx.AsyncClient() as client:
                assert (await chat(client, running)).status_code == 200
                assert living(*kinds) == before + 3
            running.gateway.pool.close()
            await until(lambda: not running.pipeline.server.connections)
            await until(lambda: not running.gateway.pool.open_connections)
            await asyncio.sleep(0.1)
            assert living(*kinds) == before
        finally:
            gc.enable()


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions", "/api/keys"])
async def test_a_body_that_is_too_large_is_refused_in_the_doors_own_words(runner, client, path):
    running = await runner.start(
        snapshot([deployment("http://127.0.0.1:1/v1")]), bounds=Bounds(request_body_bytes=1024)
    )
    answer = await client.post(running.base_url + path, content=b"x" * 2_000, headers=KEY)
    assert answer.status_code == 413
    told = answer.json()
    if path == "/v1/messages":
        assert (told["type"], told["error"]["type"]) == ("error", "request_too_large")
    elif path == "/v1/chat/completions":
        assert told["error"]["type"]
        assert told["error"]["code"] == "request_too_large"
    else:
        assert set(told["error"]) == {"code", "message", "param", "request_id"}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/v1/messages", {"type", "message"}),
        ("/v1/chat/completions", {"code", "message", "param", "type"}),
        ("/v1/responses", {"code", "message", "param", "type"}),
        ("/v1beta/models/m:generateContent", {"code", "details", "message", "status"}),
        ("/api/keys", {"code", "message", "param", "request_id"}),
    ],
)
async def test_a_body_that_does_not_come_is_refused_in_the_doors_own_words(runner, path, names):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(b"POST %b HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{" % path.encode())
    server = running.pipeline.server
    await until(lambda: any(one._reader.body_bytes for one in server.connections))
    (line,) = server.connections
    server.sweep(line.deadline)
    head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
    writer.close()
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"http/1.1 408 request timeout"
    assert {b"connection: close", b"content-type: application/json"} < set(lines)
    error = json.loads(body)["error"]
    assert set(error) == names
    assert "gateway.request_body_s" in error["message"]


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions", "/v1/embeddings"])
@pytest.mark.parametrize("coding", ["gzip", "ZSTD", "br, gzip"])
async def test_a_compressed_body_is_refused_by_the_name_of_its_coding(runner, client, path, coding):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    headers = {**KEY, "content-encoding": coding}
    body = gzip.compress(b'{"model": "m", "max_tokens": 1, "messages": []}')
    answer = await client.post(running.base_url + path, content=body, headers=headers)
    assert answer.status_code == 415
    told = answer.json()["error"]
    assert f"Content-Encoding: {coding.lower()};" in told["message"]
    assert told["type"] == "invalid_request_error"
    plain = {**KEY, "content-encoding": "identity"}
    answer = await client.post(running.base_url + path, content=b"{", headers=plain)
    assert answer.status_code == 400


CHAT = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 50}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"model": "m", **CHAT}),
        ("/v1/chat/completions", {"model": "m", "stream": True, **CHAT}),
        ("/v1/messages", {"model": "m", **CHAT}),
        ("/v1/responses", {"model": "m", "input": "hello", "store": False, "stream": True}),
        ("/v1beta/models/m:generateContent", CONTENTS),
        ("/aws/model/m/converse", {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}),
    ],
)
async def test_a_forward_proxy_that_refuses_is_told_at_every_door(
    runner, client, monkeypatch, path, body
):
    monkeypatch.setattr(call, "_BACKOFF_S", 0.01)
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    async with ConnectProxy(answer=refusal) as proxy:
        value = snapshot([deployment("http://models.example/v1")])
        running = await runner.start(value, proxies=ForwardProxies(http=proxy.url))
        answer = await client.post(running.base_url + path, json=body, headers=KEY)
        assert answer.status_code == 503
        assert "the forward proxy wants other credentials (HTTP 407)" in answer.text


async def test_at_the_end_of_its_time_a_defect_of_one_answer_does_not_keep_others_open(runner):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    told = []

    class Open:
        def __init__(self, end):
            self.on_deadline = self.over = end

        def abort(self):
            pass

    def fail():
        raise RuntimeError("a defect")

    connections = running.pipeline.server.connections
    connections |= {Open(None), Open(fail), Open(lambda: told.append("an answer"))}
    running.gateway.drains |= {Open(fail), Open(lambda: told.append("a drain"))}
    running.pipeline.end_open()
    connections.clear()
    assert sorted(told) == ["a drain", "an answer"]
    assert running.gateway.ending


async def refused(runner, client, held=None, headers=KEY, **fields):
    """The one line about a request that is refused before any call."""
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")], **(held or {})))
    lines = Lines(running)
    answer = await chat(client, running, headers=headers, **fields)
    (line,) = lines.read()
    assert (line["event"], line["status"]) == ("refused", answer.status_code)
    assert line["request_id"] == answer.headers["x-request-id"]
    assert SECRET not in json.dumps(line)
    assert "hello" not in json.dumps(line)
    return line


REACHED = {
    "requests_per_minute": ({"limits": Limits(requests_per_minute=0)}, "0 requests a minute"),
    "tokens_per_minute": ({"limits": Limits(tokens_per_minute=1)}, "more than the 1 a minute"),
    "concurrent_requests": ({"limits": Limits(concurrent_requests=0)}, "0 requests at once"),
    "budget": ({"budget": Budget(10, "total")}, "($0.000010) has $0.000010 left"),
}


@pytest.mark.parametrize("limit", REACHED)
async def test_a_refusal_by_a_limit_says_in_the_log_whose_it_is_and_which(runner, client, limit):
    held, words = REACHED[limit]
    line = await refused(runner, client, held)
    assert (line["key"], line["model"]) == ("key", "m")
    assert (line["limit"], line["scope"]) == (limit, "key 'test'")
    assert words in line["reason"]


async def test_a_budget_that_pays_for_no_input_is_told_as_one(runner, client):
    line = await refused(runner, client, {"budget": Budget(10, "total")}, max_tokens=None)
    assert (line["code"], line["limit"], line["scope"]) == (
        "budget_exceeded",
        "budget",
        "key 'test'",
    )
    assert "$0.000010 is left of the budget of key 'test'" in line["reason"]


async def test_a_model_that_is_not_there_is_in_the_log_as_it_was_asked_for(runner, client):
    line = await refused(runner, client, model="no\nbody" + "y" * 200)
    assert (line["code"], line["key"]) == ("model_not_found", "key")
    assert line["model"] == "no\\nbody" + "y" * 92
    assert line.keys().isdisjoint({"limit", "scope", "reason"})


async def test_who_sends_no_key_or_a_wrong_one_is_nobody_in_the_log(runner, client):
    line = await refused(runner, client, headers={"authorization": "Bearer vk-wrong"})
    assert line["reason"] == "this API key is not known; it may have been revoked"
    assert line.keys().isdisjoint({"key", "model", "limit", "scope"})
    assert "vk-wrong" not in json.dumps(line)


async def test_a_key_that_has_expired_is_named_in_the_log(runner, client):
    old = {secret: replace(key, expires_at_ms=1) for secret, key in snapshot([]).keys.items()}
    line = await refused(runner, client, {"keys": old})
    assert (line["status"], line["key"], line["reason"]) == (401, "key", "this API key has expired")
