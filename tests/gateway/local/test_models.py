from support.gateway import KEY, SECRET, deployment, snapshot
from support.upstream import Upstream, whole


async def test_models_are_listed_in_the_shape_the_client_asks_for(runner, client):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    openai = (await client.get(running.base_url + "/v1/models", headers=KEY)).json()
    assert [row["id"] for row in openai["data"]] == ["alias", "e", "m"]
    headers = {"x-api-key": SECRET, "anthropic-version": "2023-06-01"}
    anthropic = (await client.get(running.base_url + "/v1/models", headers=headers)).json()
    assert anthropic["first_id"] == "alias"
    assert anthropic["data"][0]["type"] == "model"
    one = await client.get(running.base_url + "/v1/models/claude-x", headers=KEY)
    assert one.json()["id"] == "claude-x"
    assert (await client.get(running.base_url + "/v1/models/no", headers=KEY)).status_code == 404
    assert (await client.get(running.base_url + "/v1/models")).status_code == 401


async def test_token_counts_go_to_an_upstream_that_can_and_are_estimated_else(runner, client):
    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 400}]}
    async with Upstream([whole(200, {"input_tokens": 7})]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, counts_tokens=True)]))
        answer = await client.post(
            running.base_url + "/v1/messages/count_tokens", json=body, headers=KEY
        )
        assert answer.json() == {"input_tokens": 7}
        assert upstream.asked[0].path == "/v1/messages/count_tokens"
        (settled,) = running.settled()
        assert (settled.cost_usd_micros, settled.price_unknown) == (0, False)
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await client.post(
            running.base_url + "/v1/messages/count_tokens", json=body, headers=KEY
        )
        assert 100 < answer.json()["input_tokens"] < 150
        assert answer.headers["x-vanguard-estimated"] == "true"
