"""What an answer of two deployments has used: as its client is told, and as it is charged."""

import json
import re

import pytest

from support import bytes_of_google as google
from support.stories import READ, SAID, TEXT, Pair, begun
from support.upstream import stream
from vanguard.snapshot.model import Budget, Limits
from vanguard.wire.sse import Splitter, event_data

DIALECTS = list(SAID)
BEGUN = begun("openai_chat", 3)


async def test_both_attempts_are_charged_and_none_twice(runner, client):
    async with Pair(runner, client) as pair:
        limits = Limits(concurrent_requests=1, requests_per_minute=2)
        budget = Budget(100_000)
        running = await pair.start(stream(BEGUN, die=True), budget=budget, limits=limits)
        answer = await pair.ask(stream_options={"include_usage": True}, max_tokens=None)
        usage = json.loads(event_data(Splitter().feed(answer.content)[-2]))["usage"]
        # the three tokens that the first has written were read by the second: the sum stays
        assert usage == {"prompt_tokens": 17, "completion_tokens": 12, "total_tokens": 29}
        first, second = running.settled()
        assert (first.usage.output_tokens, first.usage.estimated) == (3, True)
        assert (second.usage.input_tokens, second.usage.output_tokens) == (20, 9)
        assert first.cost_usd_micros > 0
        assert second.cost_usd_micros == 20 * 3 + 9 * 15
        spent = first.cost_usd_micros + second.cost_usd_micros
        counters = running.gateway.limiter.counters("key")
        assert (counters.concurrent, counters.spent) == (0, spent)
        assert [one.reserved_usd_micros > 0 for one in running.intents()] == [True, True]


@pytest.mark.parametrize("door", DIALECTS)
async def test_tokens_are_as_many_as_the_provider_has_told(runner, client, door):
    """Google tells them with every event, and one of those holds many."""
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 12}
    said = google.event(google.reply([{"text": "Once upon a"}], None, usage))
    async with Pair(runner, client, "google_generate") as pair:
        await pair.start(stream([said], die=True))
        answer = await pair.ask(door, stream_options={"include_usage": True})
        assert READ[door](answer.content) == TEXT
        assert pair.good.asked[0].json()["max_tokens"] == 38
        counts = re.findall(rb'"(?:completion|output)_tokens":(\d+)', answer.content)
        assert int(counts[-1]) == sum(one.usage.output_tokens for one in pair.running.settled())


async def test_messages_tell_the_input_once_and_the_output_of_both(runner, client):
    async with Pair(runner, client, "anthropic_messages", "anthropic_messages") as pair:
        await pair.start(stream(begun("anthropic_messages", 3), die=True))
        answer = await pair.ask("anthropic_messages")
        events = [json.loads(event_data(one)) for one in Splitter().feed(answer.content)]
        assert events[0]["message"]["usage"]["input_tokens"] == 20
        assert events[-2]["usage"] == {"output_tokens": 12}


@pytest.mark.parametrize("second", DIALECTS)
async def test_input_that_the_first_had_not_told_is_told_at_the_end(runner, client, second):
    async with Pair(runner, client, second=second) as pair:
        await pair.start(stream(begun("openai_chat", 3), die=True))
        answer = await pair.ask("anthropic_messages")
        usage = json.loads(event_data(Splitter().feed(answer.content)[-2]))["usage"]
        assert (usage["input_tokens"], usage["output_tokens"]) == (17, 12)
