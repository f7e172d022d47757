import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from support.gateway import (
    CHAT,
    KEY,
    STREAM,
    chat,
    delta,
    deployment,
    snapshot,
    until,
)
from support.upstream import Upstream, stream, whole
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.snapshot.boot import Bounds, Deadlines
from vanguard.snapshot.model import Budget


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


async def test_a_refusal_of_the_request_passes_through_and_costs_nothing(runner, client):
    words = {"error": {"message": "no such field", "type": "invalid_request_error"}}
    async with Upstream([whole(400, words)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running)
        assert (answer.status_code, answer.json()) == (400, words)
        (settled,) = running.settled()
        assert (settled.status, settled.http_status, settled.cost_usd_micros) == ("failed", 400, 0)


SAID = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
EVENTS = {"content-type": "text/event-stream"}


def unmarked(answer):
    """An answer without what is its own."""
    return answer.status_code, answer.content.replace(answer.headers["x-request-id"].encode(), b"")


@pytest.fixture
def parsed(monkeypatch):
    """A place for each read of an answer that was parsed."""
    reads, parse = [], UpstreamConnection._parse
    monkeypatch.setattr(
        UpstreamConnection, "_parse", lambda *call, **how: (reads.append(1), parse(*call, **how))
    )
    return reads


@pytest.mark.parametrize(
    ("script", "asked", "status"),
    [
        (whole(200, SAID), {}, "ok"),
        (whole(200, b"[]"), {}, "truncated"),
        (whole(200, b"".join(STREAM), EVENTS), {"stream": True}, "ok"),
        (whole(400, {"error": {}}), {}, "failed"),
    ],
)
async def test_an_answer_whose_head_is_known_is_taken_as_the_first_one_was(
    runner, client, parsed, script, asked, status
):
    async with Upstream([script] * 3) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answers = [unmarked(await chat(client, running, **asked)) for _ in range(3)]
        assert len(parsed) == 1, "the others' heads are known"
        assert answers[1:] == answers[:1] * 2
        records = [
            (one.status, one.http_status, one.usage, one.error, one.cost_usd_micros)
            for one in running.settled()
        ]
        assert records[0][0] == status
        assert records[1:] == records[:1] * 2


@pytest.mark.parametrize(
    ("script", "first", "asked"),
    [
        (whole(200, SAID), {}, {"stream": True}),
        (whole(200, b"".join(STREAM), EVENTS), {"stream": True}, {}),
    ],
)
async def test_a_known_head_that_is_not_what_was_asked_for_is_no_answer(
    runner, client, parsed, script, first, asked
):
    async with Upstream([script] * 3) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        fresh = await chat(client, running, **asked)
        assert (await chat(client, running, **first)).status_code == 200
        assert len(parsed) == 2
        known = await chat(client, running, **asked)
        assert len(parsed) == 2, "it was known"
        assert unmarked(known) == unmarked(fresh)
        assert known.status_code == 502
        one, _, other = running.settled()
        assert (one.status, one.usage) == (other.status, other.usage)


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


async def test_every_gap_between_two_tokens_is_in_the_metrics(runner, client):
    words = [delta(str(number)) for number in range(40)]
    async with Upstream([stream([*words, *STREAM[2:]], pause_s=0.002)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, stream=True)
        assert answer.content.startswith(b"".join(words))
        (line,) = [
            line
            for line in running.gateway.metrics.render().decode().splitlines()
            if line.startswith("vanguard_time_between_tokens_seconds_count")
        ]
        (settled,) = running.settled()
        assert (settled.status, int(line.rsplit(" ", 1)[1])) == ("ok", 39)


async def test_a_guess_at_missing_usage_charges_no_more_than_was_reserved(runner, client):
    words = {"role": "assistant", "content": "word " * 1_000}
    reply = {"choices": [{"index": 0, "message": words, "finish_reason": "stop"}]}
    async with Upstream([whole(200, reply)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], budget=Budget(100_000))
        )
        assert (await chat(client, running, max_tokens=10)).status_code == 200
        (settled,) = running.settled()
        assert (settled.usage.output_tokens, settled.usage.estimated) == (10, True)
        assert 0 < settled.cost_usd_micros <= running.intents()[0].reserved_usd_micros


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
        assert not running.gateway.drains


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
        assert not running.gateway.drains


async def test_an_upstreams_error_within_its_stream_passes_and_is_no_success(runner, client):
    error = b'data: {"error": {"message": "overloaded"}}\n\n'
    async with Upstream([stream([delta("a"), error], pause_s=0.05)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, stream=True)
        assert answer.content == delta("a") + error
        (settled,) = running.settled()
        assert (settled.status, settled.error) == ("truncated", "upstream_error")
        assert settled.cost_usd_micros > 0


REPEATED = "got Bearer sk-provider/secret+1 of you"


def repeats(*before, end=b"\n\n"):
    """A stream that breaks off with an error in which our credential is."""
    error = {"message": REPEATED, "type": "server_error", "code": None, "param": None}
    return stream([*before, b"data: " + json.dumps({"error": error}).encode() + end], pause_s=0.02)


def secretive(upstream, folder):
    """A deployment with a credential that is sent."""
    (folder / "secret").write_text("sk-provider/secret+1")
    return deployment(
        upstream.base_url,
        auth_header="authorization",
        auth_prefix="Bearer ",
        credential=f"file:{folder / 'secret'}",
    )


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
@pytest.mark.parametrize(
    ("script", "streams"),
    [
        (repeats(), True),
        (repeats(delta("a")), True),
        (repeats(delta("a"), end=b""), True),
        (whole(200, {"error": {"message": REPEATED, "type": "server_error"}}), False),
        (whole(400, {"error": {"message": REPEATED}}), False),
        (whole(422, REPEATED.encode()), False),
    ],
)
async def test_our_credential_is_told_to_nobody_however_an_upstream_repeats_it(
    runner, client, tmp_path, script, streams, path
):
    async with Upstream([script]) as upstream:
        one = snapshot([secretive(upstream, tmp_path)])
        running = await runner.start(one, bounds=Bounds(attempts=1))
        answer = await chat(client, running, path=path, stream=streams, input="hello")
        assert upstream.asked[0].headers["authorization"] == "Bearer sk-provider/secret+1"
        assert b"sk-provider" not in answer.content
        assert b"got Bearer *** of you" in answer.content


async def test_nor_is_it_behind_the_end_of_an_answer(runner, client, tmp_path):
    async with Upstream([repeats(*STREAM)]) as upstream:
        running = await runner.start(snapshot([secretive(upstream, tmp_path)]))
        answer = await chat(client, running, stream=True)
        assert b"got Bearer *** of you" in answer.content
        assert [one.status for one in running.settled()] == ["ok"]


@asynccontextmanager
async def reading(client, running):
    """A stream whose first token is here."""
    body = json.dumps({**CHAT, "stream": True})
    url = running.base_url + "/v1/chat/completions"
    async with client.stream("POST", url, content=body, headers=KEY) as answer:
        parts = answer.aiter_raw()
        assert await anext(parts)
        yield parts


def held(free):
    """An upstream's stream whose end is kept back, or a whole answer that is."""

    async def script(asked, write):
        if not asked.json().get("stream"):
            await free.wait()
            await whole(200, SAID)(asked, write)
            return
        await stream(STREAM[:2], end=False)(asked, write)
        await free.wait()
        for event in STREAM[2:]:
            await write(b"%x\r\n%b\r\n" % (len(event), event))
        await write(b"0\r\n\r\n")

    return script


def opens(running):
    """Three requests have failed; the time is what the list holds."""
    gateway, now = running.gateway, [running.gateway.loop_time()]
    gateway.loop_time = lambda: now[0]
    for _ in range(3):
        gateway.health.failed("m/0", now[0])
    assert gateway.health.breaker("m/0", now[0]) == "open"
    return now


async def test_the_first_token_ends_a_trial(runner, client):
    free = asyncio.Event()
    async with Upstream([held(free)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        health, now = running.gateway.health, opens(running)
        now[0] += 3.0
        async with reading(client, running) as parts:
            assert health.breaker("m/0", now[0]) == "closed"
            free.set()
            assert [part async for part in parts]


async def test_a_stream_that_was_begun_before_a_breaker_opened_does_not_close_it(runner, client):
    free = asyncio.Event()
    async with Upstream([held(free)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        async with reading(client, running) as parts:
            now = opens(running)
            free.set()
            assert [part async for part in parts]
        assert [one.status for one in running.settled()] == ["ok"]
        assert running.gateway.health.breaker("m/0", now[0]) == "open"


async def test_nor_does_a_whole_answer(runner, client):
    free = asyncio.Event()
    async with Upstream([held(free)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        task = asyncio.create_task(chat(client, running))
        await until(lambda: upstream.asked)
        now = opens(running)
        free.set()
        assert (await task).status_code == 200
        assert running.gateway.health.breaker("m/0", now[0]) == "open"


@pytest.mark.parametrize(
    ("script", "streams", "tokens"),
    [
        (stream(STREAM), True, True),
        (stream([b": nothing\n\n", *STREAM[2:]]), True, False),
        (whole(200, SAID), False, False),
    ],
)
async def test_an_answer_counts_once_with_a_token_or_without(
    runner, client, script, streams, tokens
):
    async with Upstream([script]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        told = []
        running.gateway.health.succeeded = lambda *answer: told.append(answer)
        assert (await chat(client, running, stream=streams)).status_code == 200
        (settled,) = running.settled()
        assert (settled.status, settled.first_token_ms >= 0) == ("ok", tokens)
        assert told == [("m/0", 0.0)]


async def test_streams_that_break_off_after_a_token_open_the_breaker(runner, client):
    async with Upstream([stream([delta("a")], die=True)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        health, found = running.gateway.health, []
        for _ in range(5):
            assert b'"error"' in (await chat(client, running, stream=True)).content
            found.append(health.healthy("m/0", running.gateway.loop_time()))
        assert found == [True, True, True, False, False]


def broken(message, kind="invalid_request_error"):
    """A stream whose first event is an error."""
    error = {"error": {"message": message, "type": kind}}
    return stream([b"data: " + json.dumps(error).encode() + b"\n\n"])


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_a_request_that_is_refused_within_its_stream_is_asked_once_and_blames_nobody(
    runner, client, path
):
    async with Upstream([broken("no such field")]) as one, Upstream([stream(STREAM)]) as two:
        places = [deployment(one.base_url), deployment(two.base_url, name="m/1")]
        running = await runner.start(snapshot(places))
        for _ in range(3):
            answer = await chat(client, running, path=path, stream=True)
            assert (answer.status_code, answer.json()["error"]["type"]) == (
                400,
                "invalid_request_error",
            )
            assert "no such field" in answer.text
        assert (len(one.asked), len(two.asked)) == (3, 0)
        assert running.gateway.health.all_well
        rows = [(row.status, row.error, row.cost_usd_micros) for row in running.settled()]
        assert rows == [("failed", "upstream_rejected", 0)] * 3


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("said", [{"type": "invalid_request_error"}, {"code": 413}])
@pytest.mark.parametrize("streams", [False, True])
async def test_a_refusal_in_the_clothes_of_an_answer_is_one(runner, client, said, path, streams):
    said = {"error": {"message": "no such field", **said}}
    event = b"data: " + json.dumps(said).encode() + b"\n\n"
    async with Upstream([stream([event]) if streams else whole(200, said)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running, path=path, stream=streams)
        assert (answer.status_code, len(upstream.asked)) == (400, 1)
        assert running.gateway.health.all_well


async def test_a_quota_that_is_spent_within_a_stream_is_nothing_that_is_broken(runner, client):
    async with Upstream([broken("slow down", "rate_limit_error")]) as upstream:
        places = [deployment(upstream.base_url), deployment(upstream.base_url, name="m/1")]
        running = await runner.start(snapshot(places), bounds=Bounds(attempts=2))
        answer = await chat(client, running, stream=True)
        assert (answer.status_code, len(upstream.asked)) == (429, 2)
        assert running.gateway.health.all_well
        assert [one.error for one in running.settled()] == ["upstream_rate_limited"] * 2
