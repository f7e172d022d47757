"""The whole data plane over real sockets: an HTTP client, the gateway, a scripted upstream."""

import asyncio
import json

import httpx
import pytest

from support.gateway import ADMIN, PRICE, SECRET, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.ids import hash_secret
from vanguard.core.money import cost_usd_micros
from vanguard.snapshot.boot import Bounds, Deadlines
from vanguard.snapshot.model import Budget, Limits

KEY = {"authorization": f"Bearer {SECRET}"}
USAGE = {"prompt_tokens": 20, "completion_tokens": 5}
REPLY = {
    "id": "c",
    "object": "chat.completion",
    "model": "upstream-model",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    ],
    "usage": USAGE,
}
CHAT = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 50}


def chunk(**fields):
    return b"data: " + json.dumps({"id": "c", **fields}).encode() + b"\n\n"


def delta(text, finish=None):
    return chunk(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}])


STREAM = [
    delta("a"),
    delta("b"),
    delta("", "stop"),
    chunk(choices=[], usage=USAGE),
    b"data: [DONE]\n\n",
]


@pytest.fixture
async def client():
    async with httpx.AsyncClient(timeout=10) as made:
        yield made


async def chat(client, running, *, headers=KEY, path="/v1/chat/completions", **fields):
    return await client.post(running.base_url + path, json={**CHAT, **fields}, headers=headers)


async def until(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def test_a_whole_answer_passes_through_and_is_settled_before_it_is_sent(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running)
        assert answer.json() == REPLY
        assert answer.headers["x-vanguard-deployment"] == "m/0"
        (asked,) = upstream.asked
        assert asked.path == "/v1/chat/completions"
        assert asked.json() == {**CHAT, "model": "upstream-model"}
        assert "authorization" not in asked.headers
        (intent,), (settled,) = running.intents(), running.settled()
        assert intent.request_id == settled.request_id == answer.headers["x-request-id"]
        assert settled.status == "ok"
        assert (settled.usage.input_tokens, settled.usage.output_tokens) == (20, 5)
        assert settled.cost_usd_micros == cost_usd_micros(PRICE, settled.usage) == 135
        assert running.gateway.in_flight == 0


async def test_the_deployments_credential_is_sent_and_not_the_clients(runner, client, tmp_path):
    (tmp_path / "secret").write_text("sk-provider\n")
    async with Upstream([whole(200, REPLY)]) as upstream:
        place = deployment(
            upstream.base_url,
            auth_header="Authorization",
            auth_prefix="Bearer ",
            credential=f"file:{tmp_path / 'secret'}",
            headers={"x-extra": "1"},
        )
        running = await runner.start(snapshot([place]))
        await chat(
            client, running, headers={**KEY, "openai-beta": "b=1", "cookie": "c", "x-evil": "e"}
        )
        headers = upstream.asked[0].headers
        assert headers["authorization"] == "Bearer sk-provider"
        assert headers["x-extra"] == "1"
        assert headers["openai-beta"] == "b=1"
        assert headers["accept-encoding"] == "identity"
        assert SECRET not in str(upstream.asked[0])
        assert not {"cookie", "x-evil"} & set(headers)


async def test_a_stream_passes_through_without_the_usage_event_it_did_not_ask_for(runner, client):
    async with Upstream([stream(STREAM)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, stream=True)
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.content == b"".join(STREAM[:3] + STREAM[4:])
        assert upstream.asked[0].json()["stream_options"] == {"include_usage": True}
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("ok", 5)
        assert settled.first_token_ms >= 0
        asked = await chat(client, running, stream=True, stream_options={"include_usage": True})
        assert asked.content == b"".join(STREAM)


async def test_usage_is_in_the_journal_before_the_client_sees_the_end(runner, client):
    async with Upstream([stream(STREAM, end=False)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        body = json.dumps({**CHAT, "stream": True})
        async with client.stream(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        ) as answer:
            seen = b""
            async for part in answer.aiter_raw():
                seen += part
                if b"[DONE]" in seen:
                    assert [one.status for one in running.settled()] == ["ok"]
                    break
        assert b"[DONE]" in seen


@pytest.mark.parametrize("status", [500, 503, 429, 401])
async def test_the_next_deployment_is_tried_before_the_first_token(runner, client, status):
    async with (
        Upstream([whole(status, {"error": {}})]) as bad,
        Upstream([whole(200, REPLY)]) as good,
    ):
        running = await runner.start(
            snapshot([deployment(bad.base_url), deployment(good.base_url, name="m/1")])
        )
        answer = await chat(client, running)
        assert answer.json() == REPLY
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        assert [(one.attempt, one.status, one.cost_usd_micros) for one in running.settled()] == [
            (0, "failed", 0),
            (1, "ok", 135),
        ]


async def test_a_stream_that_dies_before_its_first_token_fails_over_unseen(runner, client):
    role = chunk(choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}}])
    async with Upstream([stream([role], die=True)]) as bad, Upstream([stream(STREAM)]) as good:
        running = await runner.start(
            snapshot([deployment(bad.base_url), deployment(good.base_url, name="m/1")])
        )
        answer = await chat(client, running, stream=True)
        assert answer.content == b"".join(STREAM[:3] + STREAM[4:])


async def test_a_stream_that_dies_after_its_first_token_says_so_in_band(runner, client):
    async with Upstream([stream([delta("a"), delta("b")], die=True)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, stream=True)
        events = answer.content.split(b"\n\n")
        assert b'"error"' in events[2]
        assert b"[DONE]" not in answer.content
        (settled,) = running.settled()
        assert settled.status == "truncated"
        assert settled.usage.estimated
        assert settled.usage.output_tokens == 2
        assert settled.cost_usd_micros > 0


async def test_one_deployment_is_tried_again_with_backoff_then_given_up(runner, client):
    async with Upstream([whole(500, {}), whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        assert (await chat(client, running)).status_code == 200
    async with Upstream([whole(503, {})]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), bounds=Bounds(attempts=2)
        )
        answer = await chat(client, running)
        assert answer.status_code == 503
        assert len(upstream.asked) == 2
        assert running.gateway.limiter.counters("key").concurrent == 0


async def test_a_refusal_of_the_request_passes_through_and_costs_nothing(runner, client):
    words = {"error": {"message": "no such field", "type": "invalid_request_error"}}
    async with Upstream([whole(400, words)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running)
        assert (answer.status_code, answer.json()) == (400, words)
        (settled,) = running.settled()
        assert (settled.status, settled.http_status, settled.cost_usd_micros) == ("failed", 400, 0)


async def test_nobody_gets_in_without_a_key(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        for headers in ({}, {"authorization": "Bearer wrong"}, {"x-api-key": "x" * 5000}):
            answer = await chat(client, running, headers=headers)
            assert answer.status_code == 401
            assert answer.json()["error"]["message"]
        assert (await chat(client, running, headers={"x-api-key": SECRET})).status_code == 200
        assert len(upstream.asked) == 1


async def test_a_new_key_works_at_once_and_a_revoked_one_stops(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        first = snapshot([deployment(upstream.base_url)])
        running = await runner.start(first)
        added = snapshot([deployment(upstream.base_url)], version=2)
        del added.keys[hash_secret(ADMIN)]
        added.keys[hash_secret("vk-new")] = first.keys[hash_secret(SECRET)]
        running.publish(added)
        assert (await chat(client, running, headers={"x-api-key": "vk-new"})).status_code == 200
        assert (await chat(client, running, headers={"x-api-key": ADMIN})).status_code == 401


async def test_limits_answer_429_with_headers_in_the_clients_dialect(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], limits=Limits(2, 10_000, None))
        )
        first = await chat(client, running)
        assert first.headers["x-ratelimit-limit-requests"] == "2"
        assert first.headers["x-ratelimit-remaining-requests"] == "1"
        assert int(first.headers["x-ratelimit-remaining-tokens"]) < 10_000
        await chat(client, running)
        third = await chat(client, running)
        assert third.status_code == 429
        assert 1 <= int(third.headers["retry-after"]) <= 61
        fourth = await chat(client, running, path="/v1/messages")
        assert fourth.status_code == 429


async def test_concurrent_streams_are_limited_and_freed(runner, client):
    async with Upstream([stream(STREAM, pause_s=0.05)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], limits=Limits(None, None, 2))
        )
        answers = await asyncio.gather(*(chat(client, running, stream=True) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429, 429]
        assert (await chat(client, running, stream=True)).status_code == 200


async def test_the_last_dollar_is_never_overspent(runner, client):
    budget = 2_000
    async with Upstream(
        [whole(200, {**REPLY, "usage": {"prompt_tokens": 30, "completion_tokens": 50}})]
    ) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], budget=Budget(budget))
        )
        for _ in range(3):
            answers = await asyncio.gather(*(chat(client, running) for _ in range(40)))
            refused = [answer for answer in answers if answer.status_code != 200]
            assert all(answer.json()["error"]["code"] == "budget_exceeded" for answer in refused)
        spent = sum(one.cost_usd_micros for one in running.settled())
        assert 0 < spent <= budget
        assert running.gateway.limiter.counters("key").spent == spent
        assert running.gateway.limiter.counters("key").reserved == 0


async def test_a_budget_caps_a_request_that_names_no_cap(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(
            snapshot(
                [deployment(upstream.base_url, max_output_tokens=1_000_000)], budget=Budget(20_000)
            )
        )
        body = {"model": "m", "messages": []}
        answer = await client.post(
            running.base_url + "/v1/chat/completions", json=body, headers=KEY
        )
        assert answer.status_code == 200
        cap = upstream.asked[0].json()["max_tokens"]
        assert 1000 < cap < 20_000 / 15


async def test_an_upstream_that_ignores_the_cap_is_cut(runner, client):
    async with Upstream(
        [stream([delta(str(number)) for number in range(100)], pause_s=0.001)]
    ) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], budget=Budget(100_000))
        )
        answer = await chat(client, running, stream=True, max_tokens=10)
        assert b"budget" in answer.content
        assert answer.content.count(b'"content"') == 10
        (settled,) = running.settled()
        assert (settled.status, settled.error) == ("cut", "budget_exceeded")


async def test_what_cannot_be_bounded_is_refused_under_a_budget(runner, client):
    running = await runner.start(
        snapshot([deployment("http://127.0.0.1:1/v1", price=None)], budget=Budget(100_000))
    )
    answer = await chat(client, running)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unbounded_cost")


async def test_an_unknown_price_is_flagged(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, price=None)]))
        await chat(client, running)
        (settled,) = running.settled()
        assert (settled.cost_usd_micros, settled.price_unknown) == (0, True)


async def test_a_client_that_leaves_is_charged_from_the_upstreams_own_usage(runner, client):
    async with Upstream([stream(STREAM, pause_s=0.05)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        body = json.dumps({**CHAT, "stream": True})
        async with client.stream(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        ) as answer:
            async for _ in answer.aiter_raw():
                break
        await until(running.settled)
        (settled,) = running.settled()
        assert (settled.status, settled.error) == ("ok", "client_closed_request")
        assert settled.usage.output_tokens == 5
        assert not settled.usage.estimated
        await until(lambda: running.gateway.in_flight == 0)
        assert running.gateway.drains == 0


async def test_a_drain_has_a_deadline(runner, client):
    forever = [delta("x")] * 1000
    async with Upstream([stream(forever, pause_s=0.02)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), deadlines=Deadlines(drain_s=0.2)
        )
        body = json.dumps({**CHAT, "stream": True})
        async with client.stream(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        ) as answer:
            async for _ in answer.aiter_raw():
                break
        await until(running.settled)
        (settled,) = running.settled()
        assert (settled.status, settled.error) == ("cancelled", "drain_deadline")
        assert settled.usage.estimated
        assert running.gateway.drains == 0


async def test_embeddings_pass_through(runner, client):
    reply = {"object": "list", "data": [], "usage": {"prompt_tokens": 4, "total_tokens": 4}}
    async with Upstream([whole(200, reply)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], embedding=True))
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


async def test_models_are_listed_in_the_shape_the_client_asks_for(runner, client):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    openai = (await client.get(running.base_url + "/v1/models", headers=KEY)).json()
    assert [row["id"] for row in openai["data"]] == ["alias", "m"]
    headers = {"x-api-key": SECRET, "anthropic-version": "2023-06-01"}
    anthropic = (await client.get(running.base_url + "/v1/models", headers=headers)).json()
    assert anthropic["first_id"] == "alias"
    assert anthropic["data"][0]["type"] == "model"
    one = await client.get(running.base_url + "/v1/models/claude-x", headers=KEY)
    assert one.json()["id"] == "claude-x"
    assert (await client.get(running.base_url + "/v1/models/no", headers=KEY)).status_code == 404
    assert (await client.get(running.base_url + "/v1/models")).status_code == 401


async def test_token_counts_go_to_an_upstream_that_can_and_are_estimated_else(runner, client):
    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 400}]}
    async with Upstream([whole(200, {"input_tokens": 7})]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, counts_tokens=True)]))
        answer = await client.post(
            running.base_url + "/v1/messages/count_tokens", json=body, headers=KEY
        )
        assert answer.json() == {"input_tokens": 7}
        assert upstream.asked[0].path == "/v1/messages/count_tokens"
        (settled,) = running.settled()
        assert (settled.cost_usd_micros, settled.price_unknown) == (0, False)
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await client.post(
            running.base_url + "/v1/messages/count_tokens", json=body, headers=KEY
        )
        assert 100 < answer.json()["input_tokens"] < 150
        assert answer.headers["x-vanguard-estimated"] == "true"


async def test_health_readiness_and_metrics(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(None)
        assert (await client.get(running.base_url + "/healthz")).status_code == 200
        assert (await client.get(running.base_url + "/readyz")).status_code == 503
        assert (await chat(client, running)).status_code == 503
        running.publish(snapshot([deployment(upstream.base_url)]))
        await until(lambda: running.gateway.state.current is not None)
        assert (await client.get(running.base_url + "/readyz")).json()["ready"] is True
        await chat(client, running)
        assert (await client.get(running.base_url + "/metrics")).status_code == 401
        metrics = await client.get(running.base_url + "/metrics", headers={"x-api-key": ADMIN})
        assert 'vanguard_tokens_total{model="m",kind="output"} 5' in metrics.text
        assert "vanguard_overhead_seconds_count 1" in metrics.text


async def test_a_bad_snapshot_never_replaces_a_good_one(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        (tmp_path / "snapshot.json").write_bytes(b'{"half":')
        await until(lambda: running.gateway.state.error)
        assert (await chat(client, running)).status_code == 200
        ready = (await client.get(running.base_url + "/readyz")).json()
        assert "not a snapshot" in ready["snapshot_error"]


async def test_unknown_paths_methods_and_models(runner, client):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    assert (await client.get(running.base_url + "/v1/nothing")).status_code == 404
    answer = await client.get(running.base_url + "/v1/chat/completions", headers=KEY)
    assert answer.status_code == 405
    answer = await chat(client, running, model="nobody")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


async def test_a_restart_charges_what_a_dead_worker_left_open(runner, client):
    async with Upstream([stream([delta("a")] * 200, pause_s=0.02)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], budget=Budget(1_000_000))
        running = await runner.start(value)
        body = json.dumps({**CHAT, "stream": True})
        request = client.build_request(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        )
        answer = await client.send(request, stream=True)
        reserved = running.intents()[0].reserved_usd_micros
        assert reserved > 0
        # a second gateway on the same journal is what a restart after kill -9 sees
        again = await runner.start(value)
        assert [(one.status, one.cost_usd_micros) for one in again.settled()] == [
            ("unsettled", reserved)
        ]
        assert again.gateway.limiter.counters("key").spent == reserved
        await answer.aclose()
