from support.gateway import ADMIN, REPLY, SECRET, chat, deployment, snapshot
from support.upstream import Upstream, whole
from vanguard.core.ids import hash_secret


async def test_nobody_gets_in_without_a_key(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        for headers in ({}, {"authorization": "Bearer wrong"}, {"x-api-key": "x" * 5000}):
            answer = await chat(client, running, headers=headers)
            assert answer.status_code == 401
            assert answer.json()["error"]["message"]
        assert (await chat(client, running, headers={"x-api-key": SECRET})).status_code == 200
        assert len(upstream.asked) == 1


async def test_a_new_key_works_at_once_and_a_revoked_one_stops(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        first = snapshot([deployment(upstream.base_url)])
        running = await runner.start(first)
        added = snapshot([deployment(upstream.base_url)], version=2)
        del added.keys[hash_secret(ADMIN)]
        added.keys[hash_secret("vk-new")] = first.keys[hash_secret(SECRET)]
        running.publish(added)
        assert (await chat(client, running, headers={"x-api-key": "vk-new"})).status_code == 200
        assert (await chat(client, running, headers={"x-api-key": ADMIN})).status_code == 401
