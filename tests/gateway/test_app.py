import json

from support.gateway import (
    CHAT,
    KEY,
    delta,
    deployment,
    snapshot,
    until,
)
from support.upstream import Upstream, stream
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.app import Gateway
from vanguard.gateway.http.origin import parse_base_url
from vanguard.snapshot.boot import ForwardProxies, GatewayBoot
from vanguard.snapshot.model import Budget


async def test_a_restart_charges_what_a_dead_worker_left_open(runner, client):
    async with Upstream([stream([delta("a")] * 200, pause_s=0.02)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], budget=Budget(1_000_000))
        running = await runner.start(value)
        body = json.dumps({**CHAT, "stream": True})
        request = client.build_request(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        )
        answer = await client.send(request, stream=True)
        reserved = running.intents()[0].reserved_usd_micros
        assert reserved > 0
        # a second gateway on the same journal is what a restart after kill -9 sees
        running.gateway.claim.release()
        again = await runner.start(value)
        assert [(one.status, one.cost_usd_micros) for one in again.settled()] == [
            ("unsettled", reserved)
        ]
        assert again.gateway.limiter.counters("key").spent == reserved
        await answer.aclose()


async def test_a_restart_on_a_full_disk_waits_until_what_was_open_is_written(
    runner, client, monkeypatch
):
    async with Upstream([stream([delta("a")] * 200, pause_s=0.02)]) as upstream:
        value = snapshot([deployment(upstream.base_url)], budget=Budget(1_000_000))
        running = await runner.start(value)
        body = json.dumps({**CHAT, "stream": True})
        request = client.build_request(
            "POST", running.base_url + "/v1/chat/completions", content=body, headers=KEY
        )
        answer = await client.send(request, stream=True)
        reserved = running.intents()[0].reserved_usd_micros

        running.gateway.claim.release()
        with monkeypatch.context() as patched:
            patched.setattr(Journal, "append_lines", lambda journal, lines: 0)
            again = await runner.start(value)
            assert again.gateway.ready()[0] is False
            refused = await client.post(
                again.base_url + "/v1/chat/completions", json=CHAT, headers=KEY
            )
            assert refused.status_code == 503
        await until(lambda: again.gateway.ready()[0])
        assert again.gateway.limiter.counters("key").spent == reserved
        assert [one.status for one in again.settled()] == ["unsettled"]
        await answer.aclose()


async def test_services_of_the_machine_are_reached_past_the_forward_proxy(tmp_path):
    boot = GatewayBoot(
        worker="gw-0",
        public_fd=-1,
        snapshot_path=str(tmp_path / "snapshot.json"),
        journal_dir=str(tmp_path / "journal" / "gw-0"),
        control_socket=str(tmp_path / "control.sock"),
        proxies=ForwardProxies(http="http://proxy.example:3128"),
    )
    gateway = Gateway(boot)
    metadata = parse_base_url("http://169.254.169.254")
    assert gateway.pool._dialler._route.proxy(metadata) is not None
    assert gateway.local_pool._dialler._route.proxy(metadata) is None
    gateway.close()
