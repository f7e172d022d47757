"""Attacks on exactness: what is spent, reserved, capped and charged."""

import asyncio
import contextlib
import json

import httpx
import pytest

from support.gateway import CHAT, KEY, REPLY, chat, chunk, delta, deployment, snapshot, until
from support.upstream import Upstream, stream, whole
from vanguard.core.money import Price, Rates
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.model import Budget, Limits

# attackers leave their sockets lying about
pytestmark = [
    pytest.mark.e2e,  # they wait for deadlines: too long for the unit suite
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def counters(r):
    return r.gateway.limiter.counters("key")


async def post(client, running, body: bytes, path="/v1/chat/completions", headers=KEY):
    return await client.post(
        running.base_url + path,
        content=body,
        headers={**headers, "content-type": "application/json"},
    )


MSG = b'"messages":[{"role":"user","content":"hi"}]'


def last_wins(body):
    return json.loads(body)


@pytest.mark.parametrize("null", [b'"max_tokens": null', b'"max_completion_tokens": null'])
async def test_cap_is_in_force_where_the_client_sent_null(runner, client, null):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, max_output_tokens=100)], budget=Budget(1_000_000))
        )
        await post(client, r, b'{"model":"m",' + MSG + b"," + null + b"}")
        sent = last_wins(up.asked[0].body)
        assert sent.get("max_tokens") or sent.get("max_completion_tokens"), up.asked[0].body


async def test_cap_is_in_force_where_an_anthropic_client_sent_null(runner, client):
    async with Upstream(
        [whole(200, {"type": "message", "usage": {"input_tokens": 1, "output_tokens": 1}})]
    ) as up:
        r = await runner.start(
            snapshot(
                [deployment(up.base_url, dialect="anthropic_messages", max_output_tokens=100)],
                budget=Budget(1_000_000),
            )
        )
        await post(client, r, b'{"model":"m",' + MSG + b',"max_tokens":null}', "/v1/messages")
        assert last_wins(up.asked[0].body).get("max_tokens"), up.asked[0].body


async def test_a_negative_cap_never_gives_budget_back(runner, client):
    gate = asyncio.Event()

    async def slow(asked, write):
        await gate.wait()
        await whole(200, REPLY)(asked, write)

    async with Upstream([slow]) as up:
        r = await runner.start(
            snapshot(
                [deployment(up.base_url)],
                budget=Budget(10_000),
                limits=Limits(tokens_per_minute=1000),
            )
        )
        t = asyncio.create_task(chat(client, r, max_tokens=-1_000_000_000))
        await asyncio.sleep(0.2)
        reserved, tpm = counters(r).reserved, counters(r).tokens._total
        gate.set()
        a = await t
        assert a.status_code == 400 or (reserved >= 0 and tpm >= 0), (a.status_code, reserved, tpm)


async def test_ten_requests_do_not_pass_a_budget_of_one_with_a_negative_helper(runner, client):
    gate = asyncio.Event()

    async def slow(asked, write):
        await gate.wait()
        await whole(200, {**REPLY, "usage": {"prompt_tokens": 20, "completion_tokens": 50}})(
            asked, write
        )

    async with Upstream([slow]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], budget=Budget(1500)))
        ts = [asyncio.create_task(chat(client, r, max_tokens=-1000))]
        await asyncio.sleep(0.2)
        ts += [asyncio.create_task(chat(client, r)) for _ in range(10)]
        await asyncio.sleep(0.3)
        gate.set()
        await asyncio.gather(*ts)
        assert counters(r).spent <= 1500


@pytest.mark.parametrize(
    "price",
    [
        Price("p", "1", Rates(3_000_000, 0, 0, 0, 0)),
        Price("p", "1", Rates(0, 0, 0, 0, 0), request_usd_micros=1000),
    ],
)
async def test_budget_with_a_price_without_output_rate(runner, client, price):
    gate = asyncio.Event()

    async def slow(asked, write):
        await gate.wait()
        await whole(200, {**REPLY, "usage": {"prompt_tokens": 30, "completion_tokens": 5}})(
            asked, write
        )

    async with Upstream([slow]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, price=price)], budget=Budget(1500))
        )
        body = {k: v for k, v in CHAT.items() if k != "max_tokens"}
        ts = [
            asyncio.create_task(
                client.post(r.base_url + "/v1/chat/completions", json=body, headers=KEY)
            )
            for _ in range(60)
        ]
        await asyncio.sleep(0.5)
        gate.set()
        await asyncio.gather(*ts)
        assert counters(r).spent <= 1500, counters(r).spent


async def test_two_caps_the_larger_one_is_reserved(runner, client):
    """An upstream that knows only one of the two names obeys that one."""
    gate = asyncio.Event()

    async def slow(asked, write):
        await gate.wait()
        await whole(200, REPLY)(asked, write)

    async with Upstream([slow]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], budget=Budget(100_000_000)))
        t = asyncio.create_task(chat(client, r, max_tokens=100_000, max_completion_tokens=1))
        await asyncio.sleep(0.2)
        reserved = counters(r).reserved
        gate.set()
        await t
        assert reserved >= 1_500_000, reserved


async def test_duplicate_keys_do_not_smuggle_model_or_cap(runner, client):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], budget=Budget(10_000)))
        a = await post(
            client,
            r,
            b'{"model":"dear-upstream-model","max_tokens":100000,"model":"m","max_tokens":1,'
            + MSG
            + b"}",
        )
        if a.status_code == 400:
            return
        first = {}
        for k, v in json.loads(up.asked[0].body, object_pairs_hook=list):
            first.setdefault(k, v)
        assert first["model"] == "upstream-model"
        assert first["max_tokens"] == 1


async def test_the_model_is_set_at_the_top_level_not_in_a_nested_object(runner, client):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        await post(client, r, b'{"model":"\\u006d","metadata":{"model":"m"},' + MSG + b"}")
        sent = json.loads(up.asked[0].body)
        assert (sent["model"], sent["metadata"]["model"]) == ("upstream-model", "m")


async def test_media_behind_an_escape_is_bounded_as_media(runner, client):
    gate = asyncio.Event()

    async def slow(asked, write):
        await gate.wait()
        await whole(200, REPLY)(asked, write)

    async with Upstream([slow]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], budget=Budget(100_000_000)))
        t = asyncio.create_task(
            post(
                client,
                r,
                b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image\\u005furl","image\\u005furl":{"url":"https://x/y.png"}}]}]}',
            )
        )
        await asyncio.sleep(0.2)
        reserved = counters(r).reserved
        gate.set()
        await t
        assert reserved >= 200_000 * 3, reserved


@pytest.mark.parametrize(
    "extra",
    [
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]},
        {"mcp_servers": [{"type": "url", "url": "https://x", "name": "x"}]},
    ],
)
async def test_server_tools_are_not_bounded_by_the_body(runner, client, extra):
    reply = {"type": "message", "usage": {"input_tokens": 50_000, "output_tokens": 5}}
    async with Upstream([whole(200, reply)]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, dialect="anthropic_messages")], budget=Budget(10_000))
        )
        a = await client.post(r.base_url + "/v1/messages", json={**CHAT, **extra}, headers=KEY)
        assert a.status_code != 200 or counters(r).spent <= 10_000, (
            a.status_code,
            counters(r).spent,
        )


async def test_guard_replacement_longer_than_the_match_is_within_the_reservation(runner, client):
    async def honest(asked, write):
        await whole(
            200, {**REPLY, "usage": {"prompt_tokens": len(asked.body) // 2, "completion_tokens": 1}}
        )(asked, write)

    policy = Policy(
        "p", (Rule("a-long-rule-name", "x", replacement="[this was removed by the platform]"),)
    )
    async with Upstream([honest]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url)], budget=Budget(10_000), policies=(policy,))
        )
        a = await chat(client, r, messages=[{"role": "user", "content": "x" * 1500}], max_tokens=1)
        assert a.status_code != 200 or counters(r).spent <= 10_000, counters(r).spent


@pytest.mark.parametrize("reads", ["one", "many"])
async def test_cap_ignored_with_many_tokens_an_event_is_cut(runner, client, reads):
    events = [
        *(delta("word " * 200) for _ in range(50)),
        delta("", "stop"),
        chunk(choices=[], usage={"prompt_tokens": 20, "completion_tokens": 10000}),
        b"data: [DONE]\n\n",
    ]
    async with Upstream([stream([b"".join(events)] if reads == "one" else events)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], budget=Budget(10_000)))
        answer = await chat(client, r, stream=True, max_tokens=50)
        assert answer.text.count("word") <= 200
        assert counters(r).spent <= 10_000, counters(r).spent


async def test_an_uncapped_request_does_not_lock_the_whole_budget_or_ask_absurd_caps(
    runner, client
):
    gate = asyncio.Event()

    async def slow(asked, write):
        await gate.wait()
        await whole(200, REPLY)(asked, write)

    async with Upstream([slow]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, context_tokens=32_000)], budget=Budget(100_000_000))
        )
        body = {k: v for k, v in CHAT.items() if k != "max_tokens"}

        def ask():
            return client.post(r.base_url + "/v1/chat/completions", json=body, headers=KEY)

        t = asyncio.create_task(ask())
        await asyncio.sleep(0.2)
        t2 = asyncio.create_task(ask())
        await asyncio.sleep(0.2)
        gate.set()
        await t
        b = await t2
        cap = json.loads(up.asked[0].body)["max_tokens"]
        assert (b.status_code, cap <= 32_000) == (200, True), (b.status_code, cap, b.text[:150])


async def test_whole_answer_without_usage_is_charged_for_its_output(runner, client):
    reply = {
        **REPLY,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "word " * 2000},
                "finish_reason": "stop",
            }
        ],
    }
    reply.pop("usage")
    async with Upstream([whole(200, reply)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        await chat(client, r)
        assert r.settled()[0].usage.output_tokens > 0


@pytest.mark.parametrize(
    "usage", [{}, {"total_tokens": 900}, {"prompt_tokens": None, "completion_tokens": None}]
)
async def test_empty_usage_is_not_zero_usage(runner, client, usage):
    async with Upstream([whole(200, {**REPLY, "usage": usage})]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        await chat(client, r)
        s = r.settled()[0]
        assert s.usage.estimated
        assert s.cost_usd_micros > 0


async def test_negative_usage_never_credits_a_budget(runner, client):
    async with Upstream(
        [whole(200, {**REPLY, "usage": {"prompt_tokens": -1000000, "completion_tokens": 1}})]
    ) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], budget=Budget(10_000)))
        await chat(client, r)
        assert counters(r).spent >= 0, counters(r).spent


async def test_request_fee_is_not_charged_when_nothing_was_sent(runner, client):
    import socket

    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(0)
    fill = []
    for _ in range(3):
        c = socket.socket()
        c.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            c.connect(s.getsockname())
        fill.append(c)
    price = Price("p", "1", Rates(1, 1, 1, 1, 1), request_usd_micros=1000)
    r = await runner.start(
        snapshot([deployment(f"http://127.0.0.1:{s.getsockname()[1]}/v1", price=price)])
    )
    with pytest.raises(httpx.TimeoutException):
        await client.post(r.base_url + "/v1/chat/completions", json=CHAT, headers=KEY, timeout=0.3)
    await until(lambda: r.gateway.in_flight == 0)
    for c in fill:
        c.close()
    s.close()
    (one,) = r.settled()
    assert (one.status, one.cost_usd_micros) == ("cancelled", 0)


@pytest.mark.parametrize(
    ("before", "after"), [("total", "day"), ("day", "total"), ("day", "month"), ("month", "day")]
)
async def test_a_budget_whose_window_changes_keeps_what_was_spent(runner, client, before, after):
    async with Upstream([whole(200, REPLY)]) as up:
        d = deployment(up.base_url)
        r = await runner.start(snapshot([d], budget=Budget(10_000, before)))
        await chat(client, r)
        assert counters(r).spent == 135
        from vanguard.snapshot.model import Spend
        from vanguard.snapshot.window import window_start_ms

        now = r.gateway.clock.now_ms()
        spend = (Spend("key", window_start_ms(after, now), 135 if after == "day" else 9_900),)
        from vanguard.snapshot.model import JournalMark

        mark = r.gateway.ledger.journal.offset
        r.publish(
            snapshot(
                [d],
                budget=Budget(10_000, after),
                version=2,
                spend=spend,
                journals={"gw-0": JournalMark(mark, mark)},
            )
        )
        await until(lambda: r.gateway.state.view.version == 2)
        await asyncio.sleep(0.05)
        a = await chat(client, r)
        wanted = (200, 270) if after == "day" else (429, 9_900)
        assert (a.status_code, counters(r).spent) == wanted


async def test_stream_flag_on_embeddings_does_not_buy_the_answer_four_times(runner, client):
    async with Upstream(
        [whole(200, {"object": "list", "data": [], "usage": {"prompt_tokens": 4}})]
    ) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        a = await client.post(
            r.base_url + "/v1/embeddings",
            json={"model": "e", "input": "x", "stream": True},
            headers=KEY,
        )
        assert len(up.asked) <= 1, (
            len(up.asked),
            a.status_code,
            [s.cost_usd_micros for s in r.settled()],
        )


async def test_json_where_a_stream_was_asked_is_paid_for(runner, client):
    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        await chat(client, r, stream=True)
        paid = sum(s.cost_usd_micros for s in r.settled())
        # bought once, and charged by our own estimate
        assert len(up.asked) == 1
        assert paid > 0


async def test_a_kept_connection_that_dies_after_the_request_is_not_repeated_unseen(runner, client):
    async def swallow(asked, write):
        await asyncio.sleep(0.2)
        raise ConnectionAbortedError

    async with Upstream([whole(200, REPLY), swallow, whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        await chat(client, r)
        await chat(client, r)
        assert len(r.intents()) == len(up.asked), (len(r.intents()), len(up.asked))
