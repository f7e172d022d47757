import json
import shutil

from msgspec import structs

from support.certificates import Authority
from support.gateway import (
    CHAT,
    KEY,
    delta,
    deployment,
    snapshot,
    until,
)
from support.upstream import Upstream, stream
from vanguard.core.journal import STRIDE_BYTES
from vanguard.gateway.accounting.claims import claim
from vanguard.gateway.accounting.journal import Journal, segments
from vanguard.gateway.app import Gateway
from vanguard.gateway.http.origin import parse_base_url
from vanguard.gateway.http.tls import contexts
from vanguard.snapshot.boot import ForwardProxies, GatewayBoot
from vanguard.snapshot.file import write_snapshot
from vanguard.snapshot.model import Budget, JournalMark, UpstreamTls


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


def idle(folder, **more):
    """A gateway that nobody asks."""
    return Gateway(
        GatewayBoot(
            worker="gw-0",
            public_fd=-1,
            snapshot_path=str(folder / "snapshot.json"),
            journal_dir=str(folder / "journal" / "gw-0"),
            control_socket=str(folder / "control.sock"),
            **more,
        )
    )


async def test_a_start_goes_beyond_what_control_has_read_of_a_folder_that_was_restored(tmp_path):
    value = snapshot([deployment("http://127.0.0.1:1/v1")])
    marks = {"gw-0": JournalMark(4 * STRIDE_BYTES + 700, 4 * STRIDE_BYTES)}
    write_snapshot(tmp_path / "snapshot.json", structs.replace(value, journals=marks))
    gateway = idle(tmp_path)
    assert gateway.ledger.journal.begins == 6 * STRIDE_BYTES
    gateway.close()


async def test_a_journal_that_was_deleted_is_complained_of_and_goes_on_in_a_new_file(
    tmp_path, capfd
):
    gateway = idle(tmp_path)
    shutil.rmtree(gateway.claim.folder)
    gateway.start()
    assert claim(gateway.claim.folder).name == "gw-0.2"
    gateway.close()
    (line,) = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert (line["level"], line["event"]) == ("error", "journal")
    assert "deleted or replaced" in line["reason"]
    assert len(segments(gateway.claim.folder)) == 1


async def test_services_of_the_machine_are_reached_past_the_forward_proxy(tmp_path):
    gateway = idle(tmp_path, proxies=ForwardProxies(http="http://proxy.example:3128"))
    metadata = parse_base_url("http://169.254.169.254")
    assert gateway.pool._dialler._route.proxy(metadata) is not None
    assert gateway.local_pool._dialler._route.proxy(metadata) is None
    gateway.close()


async def test_a_renewed_file_of_an_upstreams_tls_that_cannot_be_used_is_logged(
    tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(contexts, "_LOOK_AGAIN_S", 0.0)
    file = tmp_path / "ca.pem"
    shutil.copy(Authority(tmp_path / "authority").file, file)
    gateway = idle(tmp_path)
    trust = UpstreamTls(ca_file=str(file))
    first = await gateway.dialler._trust(trust)
    file.write_text("renewed by mistake")
    assert [await gateway.dialler._trust(trust) for _ in range(3)] == [first] * 3
    gateway.close()
    (line,) = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert (line["level"], line["event"]) == ("warning", "upstream_tls")
    assert str(file) in line["reason"]
