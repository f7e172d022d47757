from support.gateway import REPLY, chat, deployment, snapshot, until
from support.upstream import Upstream, whole


async def test_a_bad_snapshot_never_replaces_a_good_one(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        (tmp_path / "snapshot.json").write_bytes(b'{"half":')
        await until(lambda: running.gateway.state.error)
        assert (await chat(client, running)).status_code == 200
        ready = (await client.get(running.base_url + "/readyz")).json()
        assert "not a snapshot" in ready["snapshot_error"]
