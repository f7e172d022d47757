"""An answer that breaks off after its first token is given to its end by another deployment."""

import asyncio
import json
import re

import pytest

from support import bytes_of_google as google
from support.gateway import KEY, SECRET, deployment, snapshot, until
from support.stories import (
    ASK,
    DOORS,
    READ,
    SAID,
    TEXT,
    WORDS,
    Pair,
    begun,
    chunk,
    event,
    read_chat,
    read_messages,
)
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.boot import Bounds, Deadlines
from vanguard.snapshot.model import Budget, Limits, Model
from vanguard.wire.sse import Splitter

DIALECTS = list(SAID)


@pytest.mark.parametrize("door", DIALECTS)
@pytest.mark.parametrize("first", DIALECTS)
@pytest.mark.parametrize("second", DIALECTS)
async def test_every_pair_at_every_cut(runner, client, door, first, second):
    cuts = range(1, len(WORDS) + 1)
    async with Pair(runner, client, first, second) as pair:
        scripts = [stream(begun(first, count), die=True) for count in cuts]
        running = await pair.start(*scripts)
        # what broke once is not asked first any more: its breaker must not open here
        running.gateway.health.failed = lambda *_: None
        for count in cuts:
            answer = await pair.ask(door)
            assert READ[door](answer.content) == TEXT
            given_tokens = "".join(WORDS[:count])
            sent = pair.good.asked[-1].json()
            last = sent["messages"][-1]
            assert last["role"] == "assistant"
            content = last["content"]
            shown = content if isinstance(content, str) else content[0]["text"]
            assert shown == given_tokens.rstrip()
            told = {
                name: sent.get(name) for name in ("continue_final_message", "add_generation_prompt")
            }
            chats = second == "openai_chat"
            assert list(told.values()) == ([True, False] if chats else [None, None])
            assert sent.get("max_tokens") in {50 - count, None}
            if door == "openai_chat":
                assert answer.text.count(": continued by m/1\n\n") == 1
        rows = pair.rows()
        assert rows[::2] == [(0, "truncated", "upstream_truncated")] * len(cuts)
        assert rows[1::2] == [(1, "ok", "")] * len(cuts)
        intents = running.intents()
        assert [one.tags.get("continuation") for one in intents] == [None, "1"] * len(cuts)
        assert [one.deployment for one in intents[:2]] == ["m/0", "m/1"]
        assert running.gateway.limiter.counters("key").concurrent == 0


BREAKS = {
    "reset": ({"die": True}, "upstream_truncated"),
    "truncated": ({}, "upstream_truncated"),
}


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("reset", "openai_chat"),
        ("truncated", "openai_chat"),
        ("truncated", "anthropic_messages"),
    ],
)
async def test_whatever_breaks_it_off(runner, client, first, kind):
    how, code = BREAKS[kind]
    async with Pair(runner, client, first) as pair:
        await pair.start(stream(begun(first, 3), **how))
        answer = await pair.ask("anthropic_messages")
        assert read_messages(answer.content) == TEXT
        assert pair.rows() == [(0, "truncated", code), (1, "ok", "")]


OVERLOADED = {
    "openai_chat": b'data: {"error": {"message": "busy", "type": "overloaded_error"}}\n\n',
    "anthropic_messages": event("error", error={"type": "overloaded_error", "message": "busy"}),
}
REFUSED = {
    "openai_chat": b'data: {"error": {"message": "bad", "type": "invalid_request_error"}}\n\n',
    "anthropic_messages": event("error", error={"type": "invalid_request_error", "message": "bad"}),
}


@pytest.mark.parametrize("door", DIALECTS)
@pytest.mark.parametrize("first", DIALECTS)
async def test_an_error_within_the_stream_that_a_repetition_may_mend(runner, client, door, first):
    async with Pair(runner, client, first) as pair:
        await pair.start(stream([*begun(first, 3), OVERLOADED[first]], pause_s=0.005))
        answer = await pair.ask(door)
        assert READ[door](answer.content) == TEXT
        assert "busy" not in answer.text
        assert pair.rows() == [(0, "truncated", "upstream_overloaded"), (1, "ok", "")]


@pytest.mark.parametrize("first", DIALECTS)
async def test_what_came_in_one_read_with_an_error_is_not_bought_again(runner, client, first):
    many = begun(first, 8)
    async with Pair(runner, client, first) as pair:
        # the first word makes it an answer that has begun
        reads = [b"".join(many[:-5]), b"".join([*many[-5:], OVERLOADED[first]])]
        gate = asyncio.Event()

        async def in_two(asked, write):
            await stream(reads[:1], end=False)(asked, write)
            await gate.wait()
            await write(b"%x\r\n%b\r\n" % (len(reads[1]), reads[1]))

        await pair.start(in_two)
        async with client.stream(
            "POST",
            pair.running.base_url + DOORS[first],
            json={**ASK, "stream": True},
            headers=KEY,
        ) as answer:
            content = b""
            async for piece in answer.aiter_bytes():
                content += piece
                gate.set()
        assert READ[first](content) == TEXT
        assert pair.good.asked[0].json()["messages"][-1]["content"] == "".join(WORDS[:8]).rstrip()


@pytest.mark.parametrize("first", DIALECTS)
async def test_an_error_that_none_mends_is_told_as_it_came(runner, client, first):
    async with Pair(runner, client, first) as pair:
        await pair.start(stream([*begun(first, 3), REFUSED[first]], pause_s=0.005))
        answer = await pair.ask(first)
        assert answer.content == b"".join([*begun(first, 3), REFUSED[first]])
        assert not pair.good.asked


CALL = {"index": 0, "id": "t", "function": {"name": "f", "arguments": "{"}}
TOOL = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
BEGUN = begun("openai_chat", 3)


@pytest.mark.parametrize(
    ("events", "fields"),
    [
        ([*BEGUN, chunk({"tool_calls": [CALL]})], {"tools": TOOL}),
        ([chunk({"reasoning_content": "hm"}), *BEGUN], {}),
        ([*BEGUN, chunk({"content": "x"}, "length")], {}),
        ([chunk({"content": " "})], {}),
        ([chunk({"refusal": "no"})], {}),
        (BEGUN, {"n": 2}),
        (BEGUN, {"response_format": SCHEMA}),
        (BEGUN, {"tools": TOOL, "tool_choice": "required"}),
        (BEGUN, {"reasoning_effort": "low"}),
        (BEGUN, {"max_tokens": 3}),
        (BEGUN, {"messages": [*ASK["messages"], {"role": "assistant", "content": "So"}]}),
        (BEGUN, {"messages": "odd"}),
    ],
)
async def test_what_no_other_can_go_on_with_ends_in_an_error(runner, client, events, fields):
    async with Pair(runner, client) as pair:
        await pair.start(stream(events, die=True))
        answer = await pair.ask(**fields)
        assert answer.content.startswith(b"".join(events))
        assert b'"error"' in answer.content
        assert b"[DONE]" not in answer.content
        assert not pair.good.asked
        assert pair.rows() == [(0, "truncated", "upstream_truncated")]


ENDS = [chunk({}, reason) for reason in ("stop", "length")]
OVER = [
    ("openai_chat", [*BEGUN, ENDS[0]]),
    ("openai_chat", [*BEGUN, ENDS[1], chunk(usage={"prompt_tokens": 20, "completion_tokens": 3})]),
    # in the middle of what tells the usage
    ("openai_chat", [*BEGUN, ENDS[0], chunk(usage={"prompt_tokens": 20})[:90]]),
    ("google_generate", google.STREAM),
]


@pytest.mark.parametrize("door", DIALECTS)
@pytest.mark.parametrize(("first", "events"), OVER)
async def test_nobody_goes_on_with_an_answer_that_was_over(runner, client, door, first, events):
    async with Pair(runner, client, first) as pair:
        await pair.start(stream(events, die=True))
        answer = await pair.ask(door)
        assert b'"error"' in answer.content
        assert not pair.good.asked
        assert [one[:2] for one in pair.rows()] == [(0, "truncated")]


async def test_nobody_goes_on_with_a_refusal_that_reads_like_text(runner, client):
    async with Pair(runner, client) as pair:
        await pair.start(stream([*BEGUN, chunk({"refusal": " I will not"})], die=True))
        answer = await pair.ask("anthropic_messages")
        assert b"I will not" in answer.content
        assert b'"error"' in answer.content
        assert not pair.good.asked


THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 4096}
BLOCKS = [
    [*begun("anthropic_messages", 3), event("content_block_stop", index=0)],
    [
        *begun("anthropic_messages", 3)[:1],
        event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}),
        event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"}),
    ],
]


@pytest.mark.parametrize(
    ("events", "fields"),
    [(BLOCKS[0], {}), (BLOCKS[1], {}), (begun("anthropic_messages", 3), THINKING)],
)
async def test_the_same_in_messages(runner, client, events, fields):
    async with Pair(runner, client, "anthropic_messages", "anthropic_messages") as pair:
        await pair.start(stream(events, die=True))
        answer = await pair.ask("anthropic_messages", **fields)
        assert answer.content.startswith(b"".join(events))
        assert b"event: error" in answer.content
        assert not pair.good.asked


@pytest.mark.parametrize(
    "start",
    [
        {"continuations": 0},
        {"bounds": Bounds(attempts=1)},
        {"bounds": Bounds(continued_bytes=4)},
        {"policies": (Policy("p", (Rule("word", "zzz"),)),)},
        {"limits": Limits(requests_per_minute=1)},
        {"limits": Limits(tokens_per_minute=100)},
        # room for the first attempt, not for another one
        {"budget": Budget(1_500)},
    ],
)
async def test_settings_and_limits_say_no(runner, client, start):
    async with Pair(runner, client) as pair:
        running = await pair.start(stream(BEGUN, die=True), **start)
        answer = await pair.ask()
        assert b'"error"' in answer.content
        assert b"upstream_truncated" in answer.content
        assert not pair.good.asked
        assert running.gateway.limiter.counters("key").concurrent == 0
        assert [one[:2] for one in pair.rows()] == [(0, "truncated")]
        # whoever is refused room was to go on
        limited = not {"limits", "budget"}.isdisjoint(start)
        said = b'vanguard_continuations_total{model="m",room="no"} 1'
        assert (said in running.gateway.metrics.render()) is limited


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (whole(400, {"error": {"message": "prefill is not supported"}}), "failed"),
        (whole(503, {}), "failed"),
        (stream([], die=True), "failed"),
        (stream([chunk({"content": "x"}, name="c2")], die=True), "truncated"),
        (whole(200, {"choices": []}), "truncated"),
        (stream([REFUSED["openai_chat"]]), "failed"),
    ],
)
async def test_one_that_does_not_go_on_either(runner, client, script, status):
    async with Pair(runner, client) as pair:
        running = await pair.start(stream(BEGUN, die=True), answer=script)
        answer = await pair.ask()
        assert answer.content.startswith(b"".join(BEGUN))
        assert answer.content.count(b'"error"') == 1
        assert b"the upstream broke off its answer" in answer.content
        assert b"[DONE]" not in answer.content
        assert [one[:2] for one in pair.rows()] == [(0, "truncated"), (1, status)]
        assert running.gateway.limiter.counters("key").concurrent == 0
        assert running.gateway.in_flight == 0


@pytest.mark.parametrize("door", DIALECTS)
@pytest.mark.parametrize("status", [400, 401, 429, 503])
async def test_what_broke_off_is_told_and_not_who_did_not_go_on(runner, client, door, status):
    async with Pair(runner, client, door) as pair:
        await pair.start(stream(begun(door, 3), die=True), answer=whole(status, {"error": {}}))
        answer = await pair.ask(door)
        assert pair.good.asked
        (told,) = (one for one in Splitter().feed(answer.content) if b'"error"' in one)
        assert b"the upstream broke off its answer" in told
        assert b"m/1" not in told


async def test_what_broke_off_is_told_where_the_request_fits_no_other(runner, client):
    async with Pair(runner, client, second="anthropic_messages") as pair:
        await pair.start(stream(BEGUN, die=True))
        client.headers["x-vanguard-strict"] = "true"
        answer = await pair.ask(logit_bias={"1": 2})
        assert b"upstream_truncated" in answer.content
        assert not pair.good.asked


async def test_a_third_goes_on_where_the_second_cannot_and_twice_if_it_may(runner, client):
    words = begun("openai_chat", 3)
    second = chunk({"content": "  time"}, name="c2")
    async with Pair(runner, client) as pair, Upstream([pair.answer]) as third:
        more = {"dialect": "openai_chat", "continues": "prefill"}
        for scripts in ([whole(503, {})], [stream([second], die=True)]):
            pair.broken.scripts, pair.good.scripts = [stream(words, die=True)], scripts
            places = [
                deployment(pair.broken.base_url),
                deployment(pair.good.base_url, name="m/1", **more),
                deployment(third.base_url, name="m/2", **more),
            ]
            names = tuple(one.id for one in places)
            asked = {
                "m": Model("m", "chat", names, continuations=2),
                "e": Model("e", "embedding", names),
            }
            pair.running = await runner.start(snapshot(places, models=asked))
            answer = await pair.ask()
            assert read_chat(answer.content) == TEXT
            assert [one[0] for one in pair.rows()] == [0, 1, 2]
            assert pair.rows()[-1][1] == "ok"
            assert "continue_final_message" not in third.asked[-1].json()
            tags = [one.tags.get("continuation") for one in pair.running.intents()]
            assert tags[-1] == ("1" if pair.rows()[1][1] == "failed" else "2")


async def test_what_is_not_asked_as_a_stream_is_as_ever(runner, client):
    async with Pair(runner, client) as pair:
        await pair.start(whole(503, {}), answer=whole(200, {"choices": [], "usage": {}}))
        answer = await pair.ask(stream=False)
        assert answer.json() == {"choices": [], "usage": {}}
        assert "continue_final_message" not in pair.good.asked[0].json()


async def leave_after(running, happened):
    """A client that asks, waits for that, and closes."""
    _, writer = await asyncio.open_connection("127.0.0.1", running.port)
    body = json.dumps({**ASK, "stream": True}).encode()
    writer.write(
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\n"
        b"content-length: %d\r\n\r\n%b" % (SECRET.encode(), len(body), body)
    )
    await happened.wait()
    writer.close()
    await until(lambda: not running.gateway.in_flight)


async def test_a_client_that_leaves_meanwhile(runner, client):
    asked = asyncio.Event()

    async def silent(_asked, _write):
        asked.set()
        await asyncio.sleep(30)

    async with Pair(runner, client) as pair:
        deadlines = Deadlines(drain_s=0.05)
        running = await pair.start(stream(BEGUN, die=True), answer=silent, deadlines=deadlines)
        await leave_after(running, asked)
        # its settlement is written in the next turn of the loop
        await until(lambda: not running.gateway.limiter.counters("key").concurrent)


async def test_a_client_that_leaves_while_room_is_made(runner, client):
    wanted, held = asyncio.Event(), []

    def hold(exchange, told):
        held.append((exchange, told))
        wanted.set()

    async with Pair(runner, client) as pair:
        running = await pair.start(stream(BEGUN, die=True))
        neighbours = running.pipeline._neighbours
        make_room, neighbours.make_room = neighbours.make_room, hold
        await leave_after(running, wanted)
        make_room(*held[0])
        await until(lambda: not running.gateway.limiter.counters("key").concurrent)
        assert not pair.good.asked


@pytest.mark.parametrize("between", [False, True])
async def test_a_request_that_takes_too_long(runner, client, between):
    asked = asyncio.Event()

    async def silent(_asked, _write):
        asked.set()
        await asyncio.sleep(30)

    async with Pair(runner, client) as pair:
        running = await pair.start(stream(BEGUN, die=True), answer=silent)
        if between:
            running.pipeline._neighbours.make_room = lambda *_: asked.set()
        asking = asyncio.create_task(pair.ask())
        await asked.wait()
        (connection,) = running.pipeline.server.connections
        connection.on_deadline()
        answer = await asking
        assert answer.content.startswith(b"".join(BEGUN))
        assert b"no whole answer within" in answer.content
        assert [one[1] for one in pair.rows()] == ["truncated", "failed"][: 1 + (not between)]
        assert running.gateway.limiter.counters("key").concurrent == 0


async def test_many_at_once_do_not_overshoot_a_budget(runner, client):
    async with Pair(runner, client) as pair:
        # enough for some of the first attempts, and for some that go on
        budget = 12_000
        running = await pair.start(stream(BEGUN, die=True), budget=Budget(budget))
        running.gateway.health.failed = lambda *_: None
        await asyncio.gather(*(pair.ask() for _ in range(12)))
        settled = running.settled()
        counters = running.gateway.limiter.counters("key")
        assert (counters.concurrent, counters.reserved) == (0, 0)
        assert counters.spent == sum(one.cost_usd_micros for one in settled) <= budget
        assert {one.status for one in settled} == {"truncated", "ok"}


STOPS = {
    "openai_chat": re.compile(b'"finish_reason": "stop"|"choices": \\[\\]'),
    "anthropic_messages": re.compile(b"content_block_stop|message_delta"),
}


@pytest.mark.parametrize("first", DIALECTS)
async def test_cut_at_any_byte(runner, client, first):
    said = b"".join(SAID[first](WORDS))
    cuts = range(0, len(said), 61)
    async with Pair(runner, client, first) as pair:
        running = await pair.start(*(stream([said[:cut]] if cut else [], die=True) for cut in cuts))
        running.gateway.health.failed = lambda *_: None
        for cut in cuts:
            answer = await pair.ask(first)
            came = Splitter().feed(said[:cut])
            last = came[-1] if came else b""
            if STOPS[first].search(last):
                # its text has ended, and only its end is missing
                assert b"upstream_truncated" in answer.content or b"api_error" in answer.content
            else:
                assert READ[first](answer.content) == TEXT
