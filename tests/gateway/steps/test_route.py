import pytest

from support.gateway import KEY, REPLY, deployment, snapshot
from support.upstream import Upstream, whole
from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.passthrough.contract import Peek
from vanguard.gateway.doors import DOORS, Door
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.http.messages import Request
from vanguard.gateway.steps.route import route
from vanguard.snapshot.boot import Bounds

PLACES = [deployment("http://127.0.0.1:1/v1", name=name) for name in ("m/0", "m/1")]


async def routed(runner, door, *, bounds=None, sick=()):
    running = await runner.start(snapshot(PLACES), bounds=bounds)
    gateway = running.gateway
    for name in sick:
        gateway.health.failed(name, gateway.loop_time(), wait_s=30)
    exchange = Exchange(Request("POST", b"/", []), None, door, gateway.state.view)
    key = next(iter(gateway.state.view.keys.values()))
    place = (door.operation, gateway.boot.bounds.attempts)
    exchange.lane = exchange.view.make_lane(key, "m", place, gateway.metrics)
    exchange.model = exchange.lane.model
    exchange.key, exchange.peek = key, Peek("m")
    route(gateway, exchange)
    return [one.id for one in exchange.attempts]


async def test_the_configured_order_then_again(runner):
    assert await routed(runner, DOORS["/v1/chat/completions"]) == ["m/0", "m/1", "m/0", "m/1"]
    assert await routed(runner, DOORS["/v1/messages"], bounds=Bounds(attempts=1)) == ["m/0"]


async def test_the_sick_come_last_but_do_come(runner):
    order = await routed(runner, DOORS["/v1/chat/completions"], sick=["m/0"])
    assert order == ["m/1", "m/0", "m/1", "m/0"]


async def test_token_counts_need_a_deployment_that_can(runner):
    assert await routed(runner, DOORS["/v1/messages/count_tokens"]) == []


async def test_an_operation_that_no_dialect_offers_is_refused(runner):
    with pytest.raises(UnsupportedFeature):
        await routed(runner, Door("openai_chat", "models"))


async def test_aliases_and_patterns_lead_to_the_model(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        for name in ("alias", "claude-sonnet-4-5"):
            body = {"model": name, "messages": []}
            answer = await client.post(
                running.base_url + "/v1/chat/completions", json=body, headers=KEY
            )
            assert answer.status_code == 200
            assert upstream.asked[-1].json()["model"] == "upstream-model"
        assert {one.model for one in running.intents()} == {"m"}


async def test_pictures_go_only_to_deployments_that_read_them(runner, client):
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    body = {"model": "m", "messages": [{"role": "user", "content": [picture]}]}
    async with Upstream([whole(200, REPLY)]) as upstream:
        blind = deployment(upstream.base_url, reads_media=False)
        seeing = deployment(upstream.base_url, name="m/1")
        url = "/v1/chat/completions"
        running = await runner.start(snapshot([blind, seeing]))
        answer = await client.post(running.base_url + url, json=body, headers=KEY)
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        running = await runner.start(snapshot([blind]))
        refused = await client.post(running.base_url + url, json=body, headers=KEY)
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            400,
            "unsupported_feature",
        )
        assert len(upstream.asked) == 1
