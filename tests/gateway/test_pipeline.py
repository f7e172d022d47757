from support.gateway import KEY, chat, deployment, snapshot
from support.upstream import Upstream, whole


async def test_embeddings_pass_through(runner, client):
    reply = {"object": "list", "data": [], "usage": {"prompt_tokens": 4, "total_tokens": 4}}
    async with Upstream([whole(200, reply)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await client.post(
            running.base_url + "/v1/embeddings", json={"model": "e", "input": "x"}, headers=KEY
        )
        assert answer.json() == reply
        assert upstream.asked[0].path == "/v1/embeddings"
        (settled,) = running.settled()
        assert (settled.usage.input_tokens, settled.cost_usd_micros) == (4, 12)
        wrong = await client.post(
            running.base_url + "/v1/embeddings", json={"model": "m", "input": "x"}, headers=KEY
        )
        assert wrong.status_code == 404


async def test_unknown_paths_methods_and_models(runner, client):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    assert (await client.get(running.base_url + "/v1/nothing")).status_code == 404
    answer = await client.get(running.base_url + "/v1/chat/completions", headers=KEY)
    assert answer.status_code == 405
    answer = await chat(client, running, model="nobody")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
