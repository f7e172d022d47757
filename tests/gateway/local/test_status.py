from support.gateway import ADMIN, REPLY, chat, deployment, snapshot, until
from support.upstream import Upstream, whole


async def test_health_readiness_and_metrics(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(None)
        assert (await client.get(running.base_url + "/healthz")).status_code == 200
        assert (await client.get(running.base_url + "/readyz")).status_code == 503
        assert (await chat(client, running)).status_code == 503
        running.publish(snapshot([deployment(upstream.base_url)]))
        await until(lambda: running.gateway.state.current is not None)
        assert (await client.get(running.base_url + "/readyz")).json()["ready"] is True
        await chat(client, running)
        assert (await client.get(running.base_url + "/metrics")).status_code == 401
        metrics = await client.get(running.base_url + "/metrics", headers={"x-api-key": ADMIN})
        assert 'vanguard_tokens_total{model="m",kind="output"} 5' in metrics.text
        assert "vanguard_overhead_seconds_count 1" in metrics.text
