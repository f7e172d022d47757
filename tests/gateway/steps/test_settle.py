from support.gateway import CHAT, PRICE, REPLY, chat, deployment, snapshot
from support.upstream import Upstream, whole
from vanguard.core.money import cost_usd_micros


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


async def test_an_unknown_price_is_flagged(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, price=None)]))
        await chat(client, running)
        (settled,) = running.settled()
        assert (settled.cost_usd_micros, settled.price_unknown) == (0, True)
