import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.gateway import ADMIN, CHAT, KEY, REPLY, SECRET, chat, deployment, snapshot
from support.upstream import Upstream, whole
from vanguard.gateway.routing.quota.account import Need
from vanguard.gateway.routing.quota.line import Place
from vanguard.snapshot.boot import Bounds
from vanguard.snapshot.model import Model, Quota, Routing

URL = "/api/route/explain"
AS_ADMIN = {"authorization": f"Bearer {ADMIN}"}
AFTER = Place("m/1 upstream-model", Need(1, 5), 60.0)
LONG = {"role": "system", "content": "rules " * 600}


def fleet(places, *, behind=(), **routing):
    ids = tuple(one.id for one in places)
    way = Routing(fallbacks=("f",) if behind else (), **routing)
    models = {"m": Model("m", "chat", ids, routing=way)}
    if behind:
        models["f"] = Model("f", "chat", tuple(one.id for one in behind))
    names = {name: name for name in models} | {"alias": "m"}
    return snapshot([*places, *behind], models=models, names=names, patterns=())


def place(name, url="http://127.0.0.1:1/v1", **more):
    return deployment(url, name=name, **more)


class Sitting:
    """One that waits and never goes."""

    def look(self):
        return AFTER


async def explained(client, running, headers=None, **question):
    body = {"request": {"model": "m"}, **question}
    return await client.post(running.base_url + URL, json=body, headers=headers or AS_ADMIN)


async def test_in_which_order_why_and_what_is_known(runner, client):
    places = [
        place("m/0"),
        place("m/1", quota=Quota(tokens_per_minute=10), priority=1),
        place("m/2", reads_media=False, priority=2),
    ]
    value = fleet(places, behind=[place("f/0")], policy="latency")
    running = await runner.start(value)
    gateway = running.gateway
    gateway.health.failed("m/0", gateway.loop_time(), wait_s=30)
    gateway.router.quota(places[1]).take(Need(1, 5), gateway.loop_time())
    answer = await explained(client, running, request={**CHAT, "model": "alias"}, key="key")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["model"], found["key"], found["policy"]) == ("m", "key", "latency")
    assert found["attempts"] == ["m/2", "m/1", "m/0"]
    assert (found["fallbacks"], found["fallback_on"]) == (["f/0"], ["failure"])
    ready, short, broken = found["deployments"]
    assert (ready["standing"], ready["why"]) == ("ready", "the sooner to answer of two")
    assert short["why"].startswith("its account's quota of tokens does not hold the request, for ")
    gateway.router.line.join(Sitting(), AFTER)
    answer = await explained(client, running, request={**CHAT, "model": "alias"}, key="key")
    short = answer.json()["deployments"][1]
    assert short["why"].startswith("other requests wait for its account's quota; after them it ")
    assert short["quota"] == {"tokens": {"limit": 10, "left": 5}}
    assert broken["why"].startswith("its breaker is open, for ")
    gateway.health.succeeded("m/0", gateway.loop_time())
    gateway.health.probed("m/0", alive=False)
    last = (await explained(client, running)).json()["deployments"][-1]
    assert (last["deployment"], last["why"]) == ("m/0", "it does not answer its probe")
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    body = {"model": "m", "messages": [{"role": "user", "content": [picture]}]}
    left_out = (await explained(client, running, request=body)).json()["left_out"]
    assert left_out == [{"deployment": "m/2", "why": "it reads text only"}]


async def test_it_is_what_then_happens_and_changes_nothing(runner, client):
    async with Upstream([whole(200, REPLY)]) as one, Upstream([whole(200, REPLY)]) as two:
        places = [place("m/0", one.base_url), place("m/1", two.base_url)]
        running = await runner.start(fleet(places, policy="weighted"))
        messages = [LONG]
        home = (await chat(client, running, messages=messages)).headers["x-vanguard-deployment"]
        asked = len(one.asked) + len(two.asked)
        messages.append({"role": "user", "content": "go on"})
        for _ in range(5):
            request = {**CHAT, "messages": messages}
            found = (await explained(client, running, request=request, key="key")).json()
            assert found["attempts"][0] == home
            assert "believed to be in its cache" in found["deployments"][0]["why"]
        assert len(one.asked) + len(two.asked) == asked
        assert len(running.intents()) == 1
        answer = await chat(client, running, messages=messages)
        assert answer.headers["x-vanguard-deployment"] == home


async def test_a_refused_account_and_an_only_deployment(runner, client):
    async with Upstream([whole(429, {}, {"retry-after": "9"}), whole(200, REPLY)]) as one:
        running = await runner.start(
            fleet([place("m/0", one.base_url), place("m/1", one.base_url)])
        )
        await chat(client, running)
        last = (await explained(client, running)).json()["deployments"][-1]
        assert last["why"].startswith("its account was refused (429), for ")
        running = await runner.start(fleet([place("m/0")]), bounds=Bounds(attempts=2))
        found = (await explained(client, running)).json()
        assert found["attempts"] == ["m/0", "m/0"]
        assert found["deployments"][0]["why"] == "the only one"


async def test_only_for_admins_and_only_what_can_be_asked(runner, client):
    running = await runner.start(fleet([place("m/0")]))
    assert (await explained(client, running, headers=KEY)).status_code == 401
    assert (await client.get(running.base_url + URL, headers=AS_ADMIN)).status_code == 405
    for question, status in (
        ({"path": "/v1/nowhere"}, 404),
        ({"path": "/v1/models"}, 404),
        ({"key": "nobody"}, 400),
        ({"request": {"model": "x"}}, 404),
        ({"request": {}}, 400),
        ({"request": 7}, 400),
        ({"misspelt": 1}, 400),
    ):
        answer = await explained(client, running, **question)
        assert answer.status_code == status, question
        assert SECRET not in answer.text
    raw = await client.post(running.base_url + URL, content=b"{", headers=AS_ADMIN)
    assert raw.status_code == 400
    private = await runner.start(fleet([place("m/0")]), admin_on_public=False)
    assert (await explained(client, private)).status_code == 404


async def test_what_nobody_offers_has_no_attempts(runner, client):
    running = await runner.start(fleet([place("m/0"), place("m/1")]))
    found = (await explained(client, running, path="/v1/messages/count_tokens")).json()
    assert found["attempts"] == []
    assert {one["why"] for one in found["left_out"]} == {"it does not offer this operation"}


async def test_a_door_whose_path_names_the_model(runner, client):
    running = await runner.start(fleet([place("m/0")]))
    for verb in ("converse", "converse-stream", "invoke"):
        question = {"path": f"/aws/model/alias/{verb}", "request": {"messages": []}}
        answer = await explained(client, running, **question)
        assert (answer.status_code, answer.json()["attempts"][0]) == (200, "m/0"), verb
    question = {"path": "/v1beta/models/alias:generateContent", "request": {"contents": []}}
    assert (await explained(client, running, **question)).json()["attempts"][0] == "m/0"


async def test_a_body_of_responses_at_the_chats_path(runner, client):
    running = await runner.start(fleet([place("m/0")]))
    question = {"request": {"model": "alias", "input": "hello", "max_output_tokens": 7}}
    found = (await explained(client, running, **question)).json()
    assert (found["attempts"][0], found["output_tokens"]) == ("m/0", 7)


@pytest.mark.parametrize("door", ["/v1/chat/completions", "/v1/messages"])
async def test_of_one_deployment_it_says_what_the_short_way_does(runner, client, door):
    running = await runner.start(fleet([place("m/0")], behind=[place("f/0")]))
    found = (await explained(client, running, path=door)).json()
    lane = next(iter(running.gateway.state.view.lanes.values()))
    assert found["attempts"] == [one.id for one in lane.attempts]


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=40)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda one: st.dictionaries(
            st.sampled_from(["request", "path", "key", "model"]), one, max_size=3
        ),
    )
)
async def test_no_question_breaks_it(runner, client, body):
    running = await runner.start(fleet([place("m/0")]))
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await client.post(running.base_url + URL, content=content, headers=AS_ADMIN)
    assert answer.status_code in {200, 400, 404}
    await runner.stop(running)
