"""Whatever an upstream breaks, in every pair of dialects: failover, a typed error, or the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import anthropic
import openai
import pytest

from support import faults
from support.gateway import SECRET, GatewayRunner, deployment, snapshot, until
from support.upstream import Upstream
from vanguard.snapshot.boot import Bounds, Deadlines

# the stalls wait for deadlines: too long for the unit suite
pytestmark = pytest.mark.e2e

USER = [{"role": "user", "content": "Say hello"}]
CLIENTS = UPSTREAMS = ("openai_chat", "anthropic_messages")
PAIRS = [(client, upstream) for client in CLIENTS for upstream in UPSTREAMS]
pairs = pytest.mark.parametrize(("client", "upstream"), PAIRS)
SDK_ERRORS = (openai.APIError, anthropic.APIError)


def ways(found):
    return pytest.mark.parametrize("fault", found, ids=str)


class Told:
    """What an SDK made of an answer.

    Attributes:
        text: all that was received.
        ended: whether the answer said its end.
        error: the SDK's own exception.
    """

    def __init__(self):
        self.text = ""
        self.ended = False
        self.error = None


async def ask_openai(base_url, told, *, stream):
    async with openai.AsyncOpenAI(
        base_url=base_url + "/v1", api_key=SECRET, max_retries=0, timeout=10
    ) as client:
        ask = {"model": "m", "messages": USER, "max_tokens": 50}
        if not stream:
            answer = await client.chat.completions.create(**ask)
            told.text = answer.choices[0].message.content
            told.ended = answer.choices[0].finish_reason is not None
            return
        async for part in await client.chat.completions.create(stream=True, **ask):
            for choice in part.choices:
                told.text += choice.delta.content or ""
                told.ended = told.ended or choice.finish_reason is not None


async def ask_anthropic(base_url, told, *, stream):
    async with anthropic.AsyncAnthropic(
        base_url=base_url, api_key=SECRET, max_retries=0, timeout=10
    ) as client:
        ask = {"model": "m", "messages": USER, "max_tokens": 50}
        if not stream:
            answer = await client.messages.create(**ask)
            told.text = answer.content[0].text
            told.ended = answer.stop_reason is not None
            return
        async for event in await client.messages.create(stream=True, **ask):
            if event.type == "content_block_delta":
                told.text += event.delta.text
            told.ended = told.ended or event.type == "message_stop"


ASK = {"openai_chat": ask_openai, "anthropic_messages": ask_anthropic}


class Bench:
    """Two deployments of one model, the first of which breaks."""

    def __init__(self, running, first, second):
        self.running = running
        self.first = first
        self.second = second

    async def ask(self, client, *, stream):
        told = Told()
        try:
            await ASK[client](self.running.base_url, told, stream=stream)
        except SDK_ERRORS as error:
            told.error = error
        await until(lambda: self.running.gateway.in_flight == 0)
        self._nothing_leaks()
        return told

    def _nothing_leaks(self):
        intents = [(one.request_id, one.attempt) for one in self.running.intents()]
        settled = [(one.request_id, one.attempt) for one in self.running.settled()]
        assert sorted(intents) == sorted(settled)
        counters = self.running.gateway.limiter.counters("key")
        assert (counters.concurrent, counters.reserved) == (0, 0)
        assert not self.running.gateway.drains


@pytest.fixture
async def bench(tmp_path):
    runner = GatewayRunner(tmp_path)
    upstreams = []

    async def start(upstream, *scripts, attempts=2, second="openai_chat"):
        """The second deployment answers well, in another dialect or the same."""
        first = await Upstream(list(scripts)).__aenter__()
        good = await Upstream([_second(second, stream=True)]).__aenter__()
        upstreams.extend([first, good])
        places = [deployment(first.base_url, name="m/0", dialect=upstream)]
        if attempts > 1:
            places.append(deployment(good.base_url, name="m/1", dialect=second))
        running = await runner.start(
            snapshot(places),
            deadlines=Deadlines(first_byte_s=0.3, idle_s=0.3, drain_s=1),
            bounds=Bounds(attempts=attempts),
        )
        return Bench(running, first, good)

    yield start
    await runner.stop_all()
    for upstream in upstreams:
        await upstream.__aexit__()


def _second(dialect, *, stream):
    events = [one.replace(b"Hello", b"Second") for one in faults.EVENTS[dialect]]
    body = faults.body_of(dialect).replace(b"Hello", b"Second")

    async def script(asked, write):
        answer = faults.streamed(*events, last=True, then="")
        if not asked.json().get("stream"):
            answer = faults.json_body(body)
        await answer(asked, write)

    return script


def same(upstream):
    """The other dialect than a deployment's: a failover may change it."""
    return UPSTREAMS[1 - UPSTREAMS.index(upstream)]


@pairs
@ways(faults.BEFORE_THE_FIRST_TOKEN)
async def test_before_the_first_token_another_deployment_answers(bench, client, upstream, fault):
    made = await bench(upstream, fault.script(upstream), second=same(upstream))
    told = await made.ask(client, stream=True)
    assert (told.text, told.ended, told.error) == ("Second there", True, None)
    one, two = made.running.settled()
    assert (one.status, one.cost_usd_micros) == ("failed", 0)
    assert one.error
    assert (two.status, two.usage.estimated, two.attempt) == ("ok", False, 1)
    assert len(made.first.asked) == len(made.second.asked) == 1


@pairs
@ways(faults.AFTER_A_TOKEN)
async def test_after_a_token_the_sdk_raises_and_what_is_known_is_charged(
    bench, client, upstream, fault
):
    made = await bench(upstream, fault.script(upstream))
    told = await made.ask(client, stream=True)
    assert told.error is not None, told.text
    assert told.text.startswith("Hello")
    assert not told.ended
    assert made.second.asked == []
    (one,) = made.running.settled()
    assert one.status == "truncated"
    assert one.error.startswith("upstream_")
    assert one.first_token_ms >= 0
    assert one.usage.estimated or upstream == "anthropic_messages"  # it tells its input at once
    assert one.usage.output_tokens >= 1
    assert one.cost_usd_micros > 0


@pairs
@ways(faults.WHOLE_STREAMS)
async def test_what_is_odd_but_whole_is_a_success(bench, client, upstream, fault):
    made = await bench(upstream, fault.script(upstream))
    told = await made.ask(client, stream=True)
    assert (told.text, told.ended, told.error) == ("Hello there", True, None)
    (one,) = made.running.settled()
    assert (one.status, one.usage.output_tokens, one.usage.estimated) == ("ok", 7, False)


@pairs
@ways(faults.WHOLE_ANSWERS)
async def test_whole_answers(bench, client, upstream, fault):
    made = await bench(upstream, fault.script(upstream))
    told = await made.ask(client, stream=False)
    assert (told.text, told.ended, told.error) == ("Hello there", True, None)
    (one,) = made.running.settled()
    assert (one.status, one.usage.output_tokens, one.usage.estimated) == ("ok", 7, False)


@pairs
@ways([*faults.BROKEN_ANSWERS, faults.REFUSED_IN_200])
async def test_an_answer_that_never_came_is_asked_for_elsewhere(bench, client, upstream, fault):
    made = await bench(upstream, fault.script(upstream), second=same(upstream))
    told = await made.ask(client, stream=False)
    assert (told.text, told.ended, told.error) == ("Second there", True, None)
    one, two = made.running.settled()
    assert (one.status, one.cost_usd_micros, two.status) == ("failed", 0, "ok")


@pairs
@ways(faults.BROKEN_ANSWERS)
async def test_an_answer_whose_connection_broke_is_never_given_by_halves(
    bench, client, upstream, fault
):
    made = await bench(upstream, fault.script(upstream), attempts=1)
    told = await made.ask(client, stream=False)
    assert told.error.status_code in {502, 504}
    assert told.text == ""


@pairs
@ways(faults.SENSELESS_ANSWERS)
async def test_a_senseless_answer_is_bought_once_and_is_a_502(bench, client, upstream, fault):
    made = await bench(upstream, fault.script(upstream))
    told = await made.ask(client, stream=False)
    assert told.error.status_code == 502
    assert told.text == ""
    assert made.second.asked == []
    (one,) = made.running.settled()
    assert (one.status, one.http_status, one.usage.estimated) == ("truncated", 200, True)
    assert one.cost_usd_micros > 0


@pairs
async def test_json_where_a_stream_was_asked_is_bought_once_and_is_a_502(bench, client, upstream):
    made = await bench(upstream, faults.json_body(faults.body_of(upstream)))
    told = await made.ask(client, stream=True)
    assert told.error.status_code == 502
    assert made.second.asked == []
    (one,) = made.running.settled()
    assert (one.status, one.usage.estimated) == ("truncated", True)
    assert one.cost_usd_micros > 0


def http_date(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True).encode()


@pairs
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("status", [429, 500, 503, 529])
@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_is_understood_and_handed_on(
    bench, client, upstream, stream, status, form
):
    value = b"77" if form == "seconds" else http_date(77)
    script = faults.refusal(status, upstream, b"retry-after: " + value + b"\r\n")
    made = await bench(upstream, script, attempts=1)
    told = await made.ask(client, stream=stream)
    # who is overloaded says so in Anthropic's own way to its clients, and as anybody does to others
    busy = 529 if client == "anthropic_messages" else 503
    assert told.error.status_code == {429: 429, 529: busy, 500: 503, 503: 503}[status]
    assert 60 <= int(told.error.response.headers["retry-after"]) <= 78
    gateway = made.running.gateway
    assert not gateway.health.healthy("m/0", gateway.loop_time())
    (one,) = made.running.settled()
    assert (one.status, one.http_status, one.cost_usd_micros) == ("failed", status, 0)
