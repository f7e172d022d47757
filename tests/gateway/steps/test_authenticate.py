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


async def test_headers_that_were_read_are_known_and_do_not_pile_up(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        first = snapshot([deployment(upstream.base_url)])
        running = await runner.start(first)

        async def status(**headers):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return (await chat(client, running, headers=named)).status_code

        for blanks in range(3):
            for _ in range(2):
                assert await status(authorization=f"bearer {' ' * blanks}{SECRET}") == 200
                assert await status(authorization=f"BEARER {SECRET}") == 200
        known = running.gateway.state.view.bearers
        assert set(known) == {f"bearer {SECRET}".encode(), f"BEARER {SECRET}".encode()}
        # another header's value, or another scheme, is not what was known
        assert await status(x_api_key=f"bearer {SECRET}") == 401
        assert await status(authorization=f"Basic  {SECRET}") == 401
        assert await status(authorization=f"Basic  {SECRET}", x_api_key=SECRET) == 200
        assert await status(authorization="bearer wrong", x_api_key=SECRET) == 401
        assert len(known) == 2
        revoked = snapshot([deployment(upstream.base_url)], version=2)
        del revoked.keys[hash_secret(SECRET)]
        running.publish(revoked)
        running.gateway.state.refresh()
        assert await status(authorization=f"bearer {SECRET}") == 401
