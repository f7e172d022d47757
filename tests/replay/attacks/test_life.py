"""Attacks on the life of a request: leaving, draining, dying, restarting."""

import asyncio
import json
import socket
import struct

import pytest

from support.gateway import (
    CHAT,
    KEY,
    REPLY,
    SECRET,
    STREAM,
    chat,
    delta,
    deployment,
    snapshot,
    until,
)
from support.upstream import Upstream, stream, whole
from vanguard.core.errors import LedgerUnavailable
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.boot import Bounds, Deadlines
from vanguard.snapshot.model import Budget, JournalMark

# attackers leave their sockets lying about
pytestmark = [
    pytest.mark.e2e,  # they wait for deadlines: too long for the unit suite
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def counters(r):
    return r.gateway.limiter.counters("key")


async def quiet(r):
    await until(lambda: r.gateway.in_flight == 0)
    c = counters(r)
    assert (len(r.gateway.drains), c.concurrent, c.reserved) == (0, 0, 0), (
        r.gateway.drains,
        c.concurrent,
        c.reserved,
    )
    i = {(x.request_id, x.attempt) for x in r.intents()}
    s = [(x.request_id, x.attempt) for x in r.settled()]
    assert sorted(i) == sorted(s)


async def raw(r, body=None, path="/v1/chat/completions", **fields):
    reader, writer = await asyncio.open_connection("127.0.0.1", r.port)
    data = json.dumps({**CHAT, **fields}).encode() if body is None else body
    writer.write(
        b"POST %b HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
        % (path.encode(), SECRET.encode(), len(data), data)
    )
    return reader, writer


async def test_guard_blocks_while_draining(runner, client):
    policy = Policy("p", (Rule("bad", "secretword", action="block"),))
    async with Upstream(
        [
            stream(
                [delta("a")] * 3 + [delta("secretword ")] + [delta("x")] * 3 + STREAM, pause_s=0.05
            )
        ]
    ) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], policies=(policy,)))
        reader, writer = await raw(r, stream=True)
        await reader.readuntil(b"\n\n")
        writer.close()
        await quiet(r)


@pytest.mark.parametrize("moment", ["connect", "head", "token", "between", "done", "retry"])
@pytest.mark.parametrize("streaming", [True, False])
async def test_client_leaves_at(runner, client, moment, streaming):
    asyncio.Event()

    async def script(asked, write):
        if moment == "retry":
            return await whole(500, {})(asked, write)
        if moment in {"connect", "head"}:
            await asyncio.sleep(0.3)
        if streaming:
            await stream(STREAM, pause_s=0.05)(asked, write)
        else:
            await whole(200, REPLY)(asked, write)
        await asyncio.sleep(0.2)
        return None

    async with Upstream([script]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)], budget=Budget(1_000_000)))
        _reader, writer = await raw(r, stream=streaming)
        await asyncio.sleep(
            {"connect": 0.0, "head": 0.1, "token": 0.03, "between": 0.1, "done": 0.3, "retry": 0.1}[
                moment
            ]
        )
        writer.transport.abort()
        await quiet(r)


async def test_upstream_that_accepts_and_closes_never_hangs_a_request(runner, client):
    async def serve(reader, writer):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    r = await runner.start(
        snapshot([deployment(f"http://127.0.0.1:{port}/v1")]), bounds=Bounds(attempts=1)
    )
    answers = await asyncio.gather(*(chat(client, r) for _ in range(60)), return_exceptions=True)
    assert {getattr(a, "status_code", type(a)) for a in answers} == {503}
    await quiet(r)
    server.close()
    await asyncio.sleep(0.1)
    assert r.gateway.pool.open_connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://a..b:80/v1",
        "http://" + "x" * 70 + ":80/v1",
        "http+unix://%2Ftmp%2F" + "x" * 200 + "/v1",
    ],
)
async def test_a_host_that_cannot_be_encoded_is_an_error_not_a_hang(runner, client, url):
    r = await runner.start(snapshot([deployment(url)]), bounds=Bounds(attempts=1))
    a = await client.post(r.base_url + "/v1/chat/completions", json=CHAT, headers=KEY, timeout=3)
    assert a.status_code == 503
    await quiet(r)


async def test_idle_connections_to_one_upstream_do_not_starve_another(runner, client):
    async with Upstream([whole(200, REPLY)]) as one, Upstream([whole(200, REPLY)]) as two:
        value = snapshot([deployment(one.base_url)])
        d2 = deployment(two.base_url, name="e/0")
        import msgspec

        from vanguard.snapshot.model import Model

        value = msgspec.structs.replace(
            value,
            deployments={**value.deployments, "e/0": d2},
            models={**value.models, "e": Model("e", "embedding", ("e/0",))},
        )
        r = await runner.start(value, bounds=Bounds(upstream_connections=2))
        await asyncio.gather(chat(client, r), chat(client, r))
        a = await client.post(
            r.base_url + "/v1/embeddings", json={"model": "e", "input": "x"}, headers=KEY
        )
        assert a.status_code == 200, a.text


async def test_a_defect_in_a_relay_leaks_nothing(runner, client, monkeypatch):
    """Any exception between in_flight += 1 and the first callback."""
    from vanguard.gateway import pipeline

    async with Upstream([whole(200, REPLY)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        monkeypatch.setattr(pipeline.Neighbours, "make_relay", lambda *a: 1 / 0)
        assert (await chat(client, r)).status_code == 500
        await asyncio.sleep(0.05)
        assert r.gateway.in_flight == 0


async def test_a_file_that_vanishes_in_replay_does_not_stop_the_looking(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as up:
        d = deployment(up.base_url)
        r = await runner.start(snapshot([d]))
        await chat(client, r)
        # control prunes a segment between the listing and the reading
        (tmp_path / "journal/gw-0" / ("0" * 19 + "1.journal")).symlink_to("/nowhere")
        r.publish(snapshot([d], version=2, budget=Budget(10_000)))
        await asyncio.sleep(0.3)
        (tmp_path / "journal/gw-0" / ("0" * 19 + "1.journal")).unlink()
        r.publish(snapshot([d], version=3, budget=Budget(10_000)))
        await asyncio.sleep(0.4)
        assert r.gateway.state.view.version == 3
        assert counters(r).spent == 135


async def test_disk_full_at_the_first_snapshot_leaves_a_gateway_that_says_so(
    runner, client, monkeypatch, tmp_path
):
    from vanguard.gateway.accounting.journal import Journal

    async with Upstream([whole(200, REPLY)]) as up:
        d = deployment(up.base_url)
        r = await runner.start(snapshot([d]))
        _reader, writer = await raw(r)
        await asyncio.sleep(0.2)
        writer.close()
        intent = r.intents()[0]
        import msgspec

        r.gateway.ledger.journal.append(msgspec.structs.replace(intent, request_id="req_open"))
        await runner.stop(r)

        def full(self, record):
            raise LedgerUnavailable("full", retry_after_s=5)

        monkeypatch.setattr(Journal, "append", full)
        r = await runner.start(None)  # a crash here is a crash loop of the process


async def test_mark_beyond_the_end_still_closes_open_intents(runner, client):
    async with Upstream([whole(200, REPLY)]) as up:
        d = deployment(up.base_url)
        r = await runner.start(snapshot([d]))
        await chat(client, r)
        import msgspec

        intent = r.intents()[0]
        r.gateway.ledger.journal.append(msgspec.structs.replace(intent, request_id="req_open"))
        await runner.stop(r)
        r = await runner.start(
            snapshot([d], journals={"gw-0": JournalMark(10_000_000, 10_000_000)})
        )
        assert [s.status for s in r.settled()] == ["ok", "unsettled"]


async def test_bad_snapshots_keep_the_good_one(runner, client, tmp_path):
    async with Upstream([whole(200, REPLY)]) as up:
        d = deployment(up.base_url)
        r = await runner.start(snapshot([d]))
        path = tmp_path / "snapshot.json"
        good = path.read_bytes()
        for bad in (
            b"",
            good[: len(good) // 2],
            b"null",
            b"[" * 100_000,
            good.replace(b'"format":1', b'"format":2'),
            b"\xff",
            b'{"version":1}',
        ):
            path.write_bytes(bad)
            await asyncio.sleep(0.25)
            assert (await chat(client, r)).status_code == 200
        # an address that is none takes its deployment away, and holds back no key that is revoked
        path.write_bytes(good.replace(b"http://", b"ftp://"))
        await asyncio.sleep(0.25)
        assert (await chat(client, r)).status_code == 503
        r.publish(snapshot([d], version=9))
        await asyncio.sleep(0.3)
        assert r.gateway.state.view.version == 9


async def test_scope_goes_and_comes_back_while_open(runner, client):
    gate = asyncio.Event()

    async def slow(asked, write):
        await gate.wait()
        await whole(200, REPLY)(asked, write)

    async with Upstream([slow]) as up:
        d = deployment(up.base_url)
        import msgspec

        full = snapshot([d], budget=Budget(10_000))
        r = await runner.start(full)
        t = asyncio.create_task(chat(client, r))
        await asyncio.sleep(0.1)
        gone = msgspec.structs.replace(
            full, version=2, scopes={k: v for k, v in full.scopes.items() if k != "key"}, keys={}
        )
        r.publish(gone)
        await until(lambda: r.gateway.state.view.version == 2)
        r.publish(msgspec.structs.replace(full, version=3))
        await until(lambda: r.gateway.state.view.version == 3)
        gate.set()
        await t
        assert (counters(r).spent, counters(r).reserved, counters(r).concurrent) == (135, 0, 0)


async def test_slow_client_is_not_the_deployments_fault(runner, client):
    events = [delta("x" * 60_000) for _ in range(200)] + STREAM
    async with Upstream([stream(events)]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url)]), deadlines=Deadlines(idle_s=0.5, drain_s=2)
        )
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", r.port))
        s.setblocking(False)
        loop = asyncio.get_running_loop()
        data = json.dumps({**CHAT, "stream": True}).encode()
        await loop.sock_sendall(
            s,
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
            % (SECRET.encode(), len(data), data),
        )
        await asyncio.sleep(2)
        got = b""
        try:
            while b"[DONE]" not in got[-4000:]:
                more = await asyncio.wait_for(loop.sock_recv(s, 1 << 20), 2)
                if not more:
                    break
                got += more
        except TimeoutError:
            pass
        s.close()
        assert b"[DONE]" in got[-4000:], got[-400:]


async def test_never_reading_client_does_not_keep_its_answer_for_ever(runner, client):
    body = {**REPLY, "pad": "x" * 20_000_000}
    async with Upstream([whole(200, body)]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url)]),
            deadlines=Deadlines(client_read_s=0.3, keep_alive_s=0.3, idle_s=0.3, drain_s=1),
        )
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", r.port))
        data = json.dumps(CHAT).encode()
        s.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
            % (SECRET.encode(), len(data), data)
        )
        await until(r.settled)
        loop = asyncio.get_running_loop()
        for _ in range(8):
            await asyncio.sleep(0.5)
            r.pipeline.server.sweep(loop.time())
        left = len(r.pipeline.server.connections)
        s.close()
        assert left == 0


async def test_blocked_stream_behind_a_slow_client_still_drains(runner, client):
    policy = Policy("p", (Rule("bad", "secretword", action="block"),))
    events = [delta("x" * 65_000 + " ")] * 1 + [delta("secretword ")] + [delta("y")] * 3 + STREAM
    async with Upstream([stream(events, pause_s=0.02)]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url)], policies=(policy,)), deadlines=Deadlines(drain_s=3)
        )
        _reader, writer = await raw(r, stream=True)
        await until(r.settled)
        assert r.settled()[0].usage.output_tokens == 5
        assert not r.settled()[0].usage.estimated
        writer.close()


async def test_404_for_a_clients_own_file_does_not_blame_the_deployment(runner, client):
    error = {
        "error": {
            "message": "No such File object: file-abc",
            "type": "invalid_request_error",
            "param": None,
            "code": "not_found",
        }
    }
    async with Upstream([whole(404, error)]) as up:
        r = await runner.start(snapshot([deployment(up.base_url)]))
        for _ in range(3):
            a = await chat(client, r)
        assert r.gateway.health.healthy("m/0", r.gateway.loop_time()), a.text


async def test_count_tokens_404_does_not_blame_chat(runner, client):
    async with Upstream([whole(404, {})]) as up:
        r = await runner.start(
            snapshot([deployment(up.base_url, dialect="anthropic_messages", counts_tokens=True)])
        )
        for _ in range(3):
            a = await client.post(r.base_url + "/v1/messages/count_tokens", json=CHAT, headers=KEY)
        assert r.gateway.health.healthy("m/0", r.gateway.loop_time()), (a.status_code, a.text)
