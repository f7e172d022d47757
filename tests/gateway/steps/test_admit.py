import asyncio

import pytest

from support.gateway import (
    KEY,
    REPLY,
    STREAM,
    chat,
    deployment,
    snapshot,
)
from support.upstream import Upstream, stream, whole
from vanguard.snapshot.model import Budget, Limits


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
        assert 1 <= int(third.headers["retry-after"]) <= 62
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


async def test_what_cannot_be_bounded_is_refused_under_a_budget(runner, client):
    running = await runner.start(
        snapshot([deployment("http://127.0.0.1:1/v1", price=None)], budget=Budget(100_000))
    )
    answer = await chat(client, running)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unbounded_cost")


WARMED = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [],
    "stop_reason": "max_tokens",
    "usage": {"input_tokens": 3, "cache_creation_input_tokens": 2_000, "output_tokens": 0},
}


@pytest.mark.parametrize("cap", [0, -1])
async def test_a_cap_below_one_goes_to_its_judge(runner, client, cap):
    async with Upstream([whole(200, REPLY)]) as upstream:
        limits = Limits(tokens_per_minute=100_000)
        running = await runner.start(snapshot([deployment(upstream.base_url)], limits=limits))
        assert (await chat(client, running, max_tokens=cap)).status_code == 200
        assert upstream.asked[0].json()["max_tokens"] == cap
        assert [one.usage.output_tokens for one in running.settled()] == [5]


@pytest.mark.parametrize("cap", [0, -1])
async def test_with_a_budget_it_is_no_bound_but_where_it_warms_a_cache(runner, client, cap):
    async with Upstream([whole(200, WARMED)]) as upstream:
        places = [deployment(upstream.base_url, dialect="anthropic_messages")]
        running = await runner.start(snapshot(places, budget=Budget(100_000)))
        answer = await chat(client, running, max_tokens=cap)
        assert answer.json()["error"]["param"] == "max_tokens"
        assert upstream.asked == []
        answer = await chat(client, running, path="/v1/messages", max_tokens=cap)
        assert answer.json() == WARMED
        assert upstream.asked[0].json()["max_tokens"] == cap
        (settled,) = running.settled()
        assert (settled.usage.output_tokens, settled.usage.cache_write_tokens) == (0, 2_000)
        assert running.intents()[0].reserved_usd_micros > 0


async def test_another_api_cannot_be_asked_for_nothing(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, path="/v1/messages", max_tokens=0)
        assert "at least 1" in answer.json()["error"]["message"]
