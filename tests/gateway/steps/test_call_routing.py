"""Which deployment is asked, in which order, through the running gateway."""

import asyncio
import json

import httpx
import pytest

from support.gateway import (
    CHAT,
    KEY,
    REPLY,
    STREAM,
    chat,
    deployment,
    snapshot,
    until,
)
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy
from vanguard.gateway.pipeline import Neighbours
from vanguard.snapshot.boot import Bounds, Deadlines
from vanguard.snapshot.model import Limits, Model, Quota, Routing

LONG = {"role": "system", "content": "rules " * 600}
OVERFLOW = {"error": {"message": "too long", "code": "context_length_exceeded"}}
FILTERED = {"error": {"message": "filtered", "code": "content_filter"}}


def fleet(places, *, behind=(), policies=(), limits=None, **routing):
    """Model `m` over `places`, with models `f0`, `f1`... behind it."""
    fallbacks = tuple(f"f{index}" for index in range(len(behind)))
    ids = tuple(one.id for one in places)
    way = Routing(fallbacks=fallbacks, **routing)
    models = {"m": Model("m", "chat", ids, tuple(one.name for one in policies), routing=way)}
    for name, one in zip(fallbacks, behind, strict=True):
        models[name] = Model(name, "chat", (one.id,))
    return snapshot(
        [*places, *behind],
        models=models,
        names={name: name for name in models},
        patterns=(),
        policies={one.name: one for one in policies},
        limits=limits,
    )


def asked_model(upstream):
    return [one.json()["model"] for one in upstream.asked]


async def test_weights_share_and_priorities_keep_back(runner, client):
    async with (
        Upstream([whole(200, REPLY)]) as one,
        Upstream([whole(200, REPLY)]) as two,
        Upstream([whole(200, REPLY)]) as late,
    ):
        places = [
            deployment(one.base_url, weight=3),
            deployment(two.base_url, name="m/1"),
            deployment(late.base_url, name="m/2", priority=1),
        ]
        running = await runner.start(fleet(places, policy="weighted"))
        for _ in range(40):
            assert (await chat(client, running)).status_code == 200
        assert len(one.asked) > len(two.asked) > 0
        assert not late.asked


async def test_a_conversation_stays_and_another_finds_its_own_place(runner, client):
    async with Upstream([whole(200, REPLY)]) as one, Upstream([whole(200, REPLY)]) as two:
        places = [deployment(one.base_url), deployment(two.base_url, name="m/1")]
        running = await runner.start(fleet(places, policy="weighted"))
        for topic in range(6):
            messages = [{**LONG, "content": f"{topic} {LONG['content']}"}]
            homes = set()
            for turn in range(4):
                messages.append({"role": "user", "content": f"question {turn}"})
                answer = await chat(client, running, messages=messages)
                homes.add(answer.headers["x-vanguard-deployment"])
                messages.append({"role": "assistant", "content": "hi"})
            assert len(homes) == 1, topic
        text = running.gateway.metrics.render().decode()
        assert 'because="warm"' in text


async def test_spilled_by_what_the_headers_say_before_any_429(runner, client):
    last = {"x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "10"}
    async with (
        Upstream([whole(200, REPLY, last)]) as one,
        Upstream([whole(200, REPLY)]) as two,
    ):
        places = [deployment(one.base_url), deployment(two.base_url, name="m/1")]
        running = await runner.start(fleet(places))
        homes = [(await chat(client, running)).headers["x-vanguard-deployment"] for _ in range(3)]
        assert homes == ["m/0", "m/1", "m/1"]


async def test_spilled_by_the_settings_where_no_header_says_anything(runner, client):
    quota = Quota(tokens_per_minute=150, counting="reserved")
    async with Upstream([stream(STREAM)]) as one, Upstream([stream(STREAM)]) as two:
        places = [deployment(one.base_url, quota=quota), deployment(two.base_url, name="m/1")]
        running = await runner.start(fleet(places))
        answers = [await chat(client, running, stream=True) for _ in range(6)]
        homes = [one.headers["x-vanguard-deployment"] for one in answers]
        # a reservation of about 75 tokens, settled at 25: more than two are held
        assert homes[:3] == ["m/0"] * 3
        assert homes[-1] == "m/1"


async def test_a_429_spills_and_its_account_is_left_alone_for_as_long_as_it_asks(runner, client):
    async with (
        Upstream([whole(429, {}, {"retry-after": "30"})]) as one,
        Upstream([whole(200, REPLY)]) as two,
    ):
        places = [
            deployment(one.base_url, account="acc"),
            deployment(one.base_url, name="m/1", account="acc"),
            deployment(two.base_url, name="m/2"),
        ]
        running = await runner.start(fleet(places))
        # the first request had its order before anybody knew, and tries the account twice
        first = await chat(client, running)
        assert first.status_code == 200
        assert (await chat(client, running)).headers["x-vanguard-deployment"] == "m/2"
        assert len(one.asked) == 2
        assert running.gateway.health.all_well


async def test_accounts_that_asked_for_too_long_a_wait_are_found_well_again(runner, client):
    refused = whole(429, {}, {"retry-after": "99999999"})
    async with (
        Upstream([refused, whole(200, REPLY)]) as one,
        Upstream([refused, whole(200, REPLY)]) as two,
    ):
        places = [deployment(one.base_url), deployment(two.base_url, name="m/1")]
        running = await runner.start(fleet(places, policy="weighted"))
        assert (await chat(client, running)).status_code == 429
        assert (len(one.asked), len(two.asked)) == (1, 1)
        now = running.gateway.loop_time()
        running.gateway.loop_time = lambda: now
        for _ in range(30):
            now += 10
            assert (await chat(client, running)).status_code == 200
        assert min(len(one.asked), len(two.asked)) > 3


async def test_retry_after_beyond_the_patience_is_told_and_not_waited_for(runner, client):
    async with Upstream([whole(429, {}, {"retry-after": "30"})]) as one:
        running = await runner.start(fleet([deployment(one.base_url)]))
        answer = await chat(client, running)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"
        assert len(one.asked) == 1


async def test_one_that_asks_for_patience_is_passed_over_for_one_that_does_not(runner, client):
    async with (
        Upstream([whole(429, {}, {"retry-after": "30"})]) as one,
        Upstream([whole(500, {}), whole(200, REPLY)]) as two,
    ):
        places = [deployment(one.base_url), deployment(two.base_url, name="m/1")]
        running = await runner.start(fleet(places))
        answer = await chat(client, running)
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        assert (len(one.asked), len(two.asked)) == (1, 2)


async def test_no_wait_reaches_beyond_the_requests_deadline(runner, client):
    async with Upstream([whole(503, {}, {"retry-after": "3"})]) as one:
        deadlines = Deadlines(request_s=2, drain_s=1)
        running = await runner.start(fleet([deployment(one.base_url)]), deadlines=deadlines)
        answer = await chat(client, running)
        assert (answer.status_code, len(one.asked)) == (503, 1)


async def test_a_model_behind_serves_when_all_of_its_own_fail(runner, client):
    async with Upstream([whole(503, {})]) as bad, Upstream([whole(200, REPLY)]) as good:
        value = fleet([deployment(bad.base_url)], behind=[deployment(good.base_url, name="f0/0")])
        running = await runner.start(value, bounds=Bounds(attempts=3))
        answer = await chat(client, running)
        assert answer.headers["x-vanguard-deployment"] == "f0/0"
        assert (len(bad.asked), len(good.asked)) == (2, 1)
        settled = [(one.attempt, one.status) for one in running.settled()]
        assert settled == [(0, "failed"), (1, "failed"), (2, "ok")]
        assert [one.model for one in running.intents()] == ["m"] * 3
        assert running.gateway.limiter.counters("key").concurrent == 0


async def test_only_for_the_reasons_that_the_model_names(runner, client):
    async with (
        Upstream([whole(400, OVERFLOW), whole(400, FILTERED), whole(503, {})]) as bad,
        Upstream([whole(200, REPLY)]) as good,
    ):
        value = fleet(
            [deployment(bad.base_url)],
            behind=[deployment(good.base_url, name="f0/0")],
            fallback_on=("context_overflow",),
        )
        running = await runner.start(value, bounds=Bounds(attempts=2))
        assert (await chat(client, running)).headers["x-vanguard-deployment"] == "f0/0"
        refused = await chat(client, running)
        assert (refused.status_code, refused.json()) == (400, FILTERED)
        assert (await chat(client, running)).status_code == 503
        assert len(good.asked) == 1
        assert running.gateway.health.all_well is False
        counts = [(one.status, one.error) for one in running.settled()[:2]]
        assert counts == [("failed", "upstream_rejected"), ("ok", "")]


async def test_a_refusal_skips_the_models_other_deployments(runner, client):
    async with (
        Upstream([whole(400, FILTERED)]) as one,
        Upstream([whole(200, REPLY)]) as two,
        Upstream([whole(200, REPLY)]) as good,
    ):
        value = fleet(
            [deployment(one.base_url), deployment(two.base_url, name="m/1")],
            behind=[deployment(good.base_url, name="f0/0")],
            fallback_on=("content_policy",),
        )
        running = await runner.start(value)
        assert (await chat(client, running)).headers["x-vanguard-deployment"] == "f0/0"
        assert not two.asked


@pytest.mark.parametrize(
    "refusal",
    [
        whole(400, OVERFLOW),
        # its first event says so
        stream([b'data: {"error":{"message":"prompt is too long","code":400}}\n\n']),
    ],
)
async def test_a_stream_falls_back_too(runner, client, refusal):
    async with Upstream([refusal]) as bad, Upstream([stream(STREAM)]) as good:
        value = fleet(
            [deployment(bad.base_url)],
            behind=[deployment(good.base_url, name="f0/0")],
            fallback_on=("context_overflow",),
        )
        running = await runner.start(value)
        answer = await chat(client, running, stream=True)
        assert answer.content == b"".join(STREAM[:3] + STREAM[4:])
        assert (len(bad.asked), running.gateway.health.all_well) == (1, True)


async def test_a_model_guarded_by_more_is_no_fallback(runner, client):
    guard = Policy("extra", ())
    async with Upstream([whole(503, {})]) as bad, Upstream([whole(200, REPLY)]) as good:
        value = fleet([deployment(bad.base_url)], behind=[deployment(good.base_url, name="f0/0")])
        models = {**value.models, "f0": Model("f0", "chat", ("f0/0",), ("extra",))}
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        fields |= {"models": models, "policies": {"extra": guard}}
        running = await runner.start(type(value)(**fields), bounds=Bounds(attempts=2))
        assert (await chat(client, running)).status_code == 503
        assert not good.asked


async def test_nothing_stays_busy_when_clients_leave(runner, client):
    async with Upstream([stream(STREAM[:1], end=False, pause_s=30)]) as one:
        places = [deployment(one.base_url, price=None), deployment(one.base_url, name="m/1")]
        running = await runner.start(
            fleet(places, policy="least_tokens", limits=Limits(concurrent_requests=9)),
            deadlines=Deadlines(drain_s=0.05),
        )
        body = {**CHAT, "stream": True}
        url = running.base_url + "/v1/chat/completions"
        for _ in range(3):
            async with client.stream("POST", url, json=body, headers=KEY) as answer:
                assert answer.status_code == 200
        loads = [running.gateway.router.load(place) for place in places]
        await until(lambda: sum(load.requests for load in loads) == 0)
        assert sum(load.tokens for load in loads) == 0
        assert running.gateway.in_flight == 0


async def test_the_first_token_is_timed_for_the_latency_policy(runner, client):
    slow = [*STREAM]

    async def late(asked, write):
        await asyncio.sleep(0.2)
        await stream(slow)(asked, write)

    async with Upstream([late]) as one, Upstream([stream(STREAM)]) as two:
        places = [deployment(one.base_url), deployment(two.base_url, name="m/1")]
        running = await runner.start(fleet(places, policy="latency"))
        for _ in range(12):
            assert (await chat(client, running, stream=True)).status_code == 200
        assert len(two.asked) > len(one.asked) > 0


@pytest.mark.parametrize("status", [200, 400])
async def test_with_one_deployment_nothing_is_learned(runner, client, status):
    async with Upstream([whole(status, REPLY)]) as one:
        running = await runner.start(fleet([deployment(one.base_url)]))
        await chat(client, running)
        assert running.gateway.router.load(deployment(one.base_url)).requests == 0
        assert "vanguard_routing_choices_total{" not in running.gateway.metrics.render().decode()
        assert json.loads(one.asked[0].body)["model"] == "upstream-model"


async def test_a_request_waits_for_a_quota_rather_than_for_a_refusal(runner, client):
    quota = {"x-ratelimit-limit-tokens": "60000", "x-ratelimit-remaining-tokens": "0"}
    async with Upstream([whole(200, REPLY, quota), whole(200, REPLY)]) as one:
        # two of one account, so that there is no other to go to
        places = [deployment(one.base_url, name=f"m/{n}", account="a") for n in range(2)]
        running = await runner.start(fleet(places))
        await chat(client, running)
        now = running.gateway.loop_time()
        running.gateway.loop_time = lambda: now
        task = asyncio.create_task(chat(client, running))
        await until(lambda: running.gateway.in_flight == 1)
        await asyncio.sleep(0.15)
        # about 70 tokens at a thousand a second: it has looked again, and time stood still
        assert len(one.asked) == 1
        now += 1.0
        assert (await task).status_code == 200
        assert len(one.asked) == 2


async def test_a_client_that_leaves_while_its_request_waits_costs_nothing(runner, client):
    quota = {"x-ratelimit-limit-tokens": "600", "x-ratelimit-remaining-tokens": "0"}
    async with Upstream([whole(200, REPLY, quota), whole(200, REPLY)]) as one:
        places = [deployment(one.base_url, name=f"m/{n}", account="a") for n in range(2)]
        running = await runner.start(fleet(places))
        await chat(client, running)
        with pytest.raises(httpx.ReadTimeout):
            await client.post(
                running.base_url + "/v1/chat/completions",
                json={**CHAT, "max_tokens": 1},
                headers=KEY,
                timeout=0.1,
            )
        await until(lambda: running.gateway.in_flight == 0)
        assert len(running.intents()) == 1
        assert running.gateway.limiter.counters("key").concurrent == 0


def spent(left=0):
    """An answer that tells a limit of one request a second."""
    told = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": str(left)}
    return whole(200, REPLY, told)


class Waiting:
    """A gateway with one account, whose quota is spent, and a clock that stands."""

    def __init__(self, running, client):
        self.running, self.client = running, client
        self.now = running.gateway.loop_time()
        running.gateway.loop_time = lambda: self.now
        self.line = running.gateway.router.line

    @classmethod
    async def begin(cls, runner, client, upstream, **more):
        places = [deployment(upstream.base_url, name=f"m/{n}", account="a") for n in range(2)]
        deadlines = Deadlines(quota_wait_s=more.pop("quota_wait_s", 30))
        running = await runner.start(fleet(places, **more), deadlines=deadlines)
        await chat(client, running)
        return cls(running, client)

    @property
    def length(self):
        return sum(one.requests for one in self.line.ahead.values())

    async def ask(self, name, **more):
        """One more, that waits or goes."""
        before = self.length
        task = asyncio.create_task(chat(self.client, self.running, user=name, **more))
        await until(lambda: self.length > before or task.done())
        return task


def users(upstream):
    return [one.json().get("user") for one in upstream.asked[1:]]


async def test_who_waits_longest_goes_first_and_no_more_than_there_are_places(runner, client):
    async with Upstream([spent(), whole(200, REPLY)]) as one:
        waiting = await Waiting.begin(runner, client, one)
        tasks = [await waiting.ask(name) for name in "abc"]
        for number in range(3):
            assert users(one) == [*"abc"][:number]
            waiting.now += 1.0
            # there is room, but not for who comes now
            tasks.append(await waiting.ask("later"))
            assert (await tasks[number]).status_code == 200
            await until(lambda: waiting.length == 3)
        waiting.now += 10.0
        assert {(await task).status_code for task in tasks} == {200}
        assert users(one) == [*"abc", "later", "later", "later"]
        assert waiting.line.ahead == {}


@pytest.mark.parametrize("streams", [False, True])
async def test_who_can_have_no_place_in_time_is_told_at_once(runner, client, streams):
    async with Upstream([spent(), whole(200, REPLY)]) as one:
        waiting = await Waiting.begin(runner, client, one, quota_wait_s=2.5)
        tasks = [await waiting.ask(name) for name in "ab"]
        told = await chat(client, waiting.running, stream=streams)
        assert (told.status_code, told.headers["retry-after"]) == (429, "3")
        assert told.json()["error"]["code"] == "upstream_rate_limited"
        assert len(one.asked) == 1
        assert waiting.length == 2
        waiting.now += 2.0
        assert {(await task).status_code for task in tasks} == {200}
        assert waiting.running.gateway.limiter.counters("key").concurrent == 0
        assert waiting.running.gateway.in_flight == 0


async def test_who_can_have_no_place_goes_to_the_model_behind(runner, client):
    async with Upstream([spent(), whole(200, REPLY)]) as one, Upstream([spent(9)]) as two:
        behind = [deployment(two.base_url, name="f0/0")]
        waiting = await Waiting.begin(runner, client, one, quota_wait_s=1, behind=behind)
        task = await waiting.ask("a")
        answer = await chat(client, waiting.running)
        assert answer.headers["x-vanguard-deployment"] == "f0/0"
        waiting.now += 1.0
        assert (await task).status_code == 200


async def test_when_the_account_refuses_for_longer_the_first_asks_and_the_rest_is_told(
    runner, client
):
    refused = whole(429, {}, {"retry-after": "300"})
    async with Upstream([spent(), refused]) as one:
        waiting = await Waiting.begin(runner, client, one)
        tasks = [await waiting.ask(name) for name in "abcd"]
        waiting.now += 1.0
        assert (await tasks[0]).status_code == 429
        answers = [await task for task in tasks[1:]]
        assert [one.status_code for one in answers] == [429] * 3
        # b goes, for what is believed may be wrong, and meets the same
        assert set(users(one)) == {"a", "b"}
        assert all(int(one.headers["retry-after"]) >= 299 for one in answers)
        assert waiting.line.ahead == {}


async def test_a_client_that_leaves_the_line_gives_its_place_back(runner, client):
    async with Upstream([spent(), whole(200, REPLY)]) as one:
        waiting = await Waiting.begin(runner, client, one)
        with pytest.raises(httpx.ReadTimeout):
            await client.post(
                waiting.running.base_url + "/v1/chat/completions",
                json={**CHAT, "user": "gone"},
                headers=KEY,
                timeout=0.1,
            )
        await until(lambda: waiting.line.ahead == {})
        task = await waiting.ask("next")
        waiting.now += 1.0
        assert (await task).status_code == 200
        assert users(one) == ["next"]


async def test_nobody_waits_longer_than_the_setting_allows(runner, client):
    quota = {"x-ratelimit-limit-tokens": "60", "x-ratelimit-remaining-tokens": "0"}
    async with Upstream([whole(200, REPLY, quota), whole(200, REPLY)]) as one:
        places = [deployment(one.base_url, name=f"m/{n}", account="a") for n in range(2)]
        running = await runner.start(fleet(places), deadlines=Deadlines(quota_wait_s=0.2))
        await chat(client, running)
        # a minute would be longer than its client waits
        assert (await chat(client, running)).status_code == 200
        assert len(one.asked) == 2


async def test_a_defect_in_its_turn_is_an_answer_for_who_waits_and_holds_up_nobody(
    runner, client, monkeypatch
):
    async with Upstream([spent(), whole(200, REPLY)]) as one:
        waiting = await Waiting.begin(runner, client, one)
        tasks = [await waiting.ask(name) for name in "ab"]
        make, defects = Neighbours.make_relay, [RuntimeError("a defect")]

        def fail_once(*asked):
            if defects:
                raise defects.pop()
            return make(*asked)

        monkeypatch.setattr(Neighbours, "make_relay", fail_once)
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _what: None)
        waiting.now += 5.0
        first, second = [await task for task in tasks]
        assert (first.status_code, first.json()["error"]["code"]) == (500, "internal_error")
        assert second.status_code == 200
        assert waiting.running.gateway.in_flight == 0
