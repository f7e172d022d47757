"""The gateway as a process of its own: inherited socket, signals, kill -9."""

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import sys

import httpx
import msgspec
import pytest

from support.certificates import Authority
from support.gateway import CHAT, KEY, REPLY, STREAM, delta, deployment, snapshot, until
from support.upstream import Upstream, stream, whole
from vanguard.compose.gateway_process import main
from vanguard.core.journal import Settled
from vanguard.gateway.accounting.journal import replay
from vanguard.gateway.limits.protocol import Denied, frame
from vanguard.snapshot.boot import Bounds, Deadlines, GatewayBoot, InboundTls
from vanguard.snapshot.file import write_snapshot

pytestmark = pytest.mark.e2e


class Process:
    """A gateway process on a socket that outlives it, as under the supervisor."""

    def __init__(self, folder):
        self.folder = folder
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.child = None

    def start(self, **more):
        fd = self.listener.fileno()
        boot = GatewayBoot(
            worker="gw-0",
            public_fd=fd,
            snapshot_path=str(self.folder / "snapshot.json"),
            journal_dir=str(self.folder / "journal"),
            control_socket=str(self.folder / "control.sock"),
            ready_path=str(self.folder / "ready"),
            metrics_dir=str(self.folder / "metrics"),
            **more,
        )
        path = self.folder / "boot.json"
        path.write_bytes(msgspec.json.encode(boot))
        command = [sys.executable, "-m", "vanguard.compose.gateway_process", "--boot", str(path)]
        self.child = subprocess.Popen(command, pass_fds=[fd], stderr=subprocess.DEVNULL)

    async def gone(self):
        await until(lambda: self.child.poll() is not None)
        return self.child.returncode

    def settled(self):
        found = replay(self.folder / "journal", 0)
        return [record for _, record in found if isinstance(record, Settled)]

    def close(self):
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.listener.close()


@pytest.fixture
def process(tmp_path):
    made = Process(tmp_path)
    yield made
    made.close()


async def streaming(client, process, count):
    """Opens a stream and reads until `count` events have come."""
    body = json.dumps({**CHAT, "stream": True})
    url = process.base_url + "/v1/chat/completions"
    request = client.build_request("POST", url, content=body, headers=KEY)
    answer = await client.send(request, stream=True)
    parts = answer.aiter_raw()
    seen = b""
    while seen.count(b"\n\n") < count:
        seen += await anext(parts)
    return answer, parts, seen


async def test_sigterm_lets_an_open_stream_end_and_refuses_new_requests(process):
    events = [delta(str(number)) for number in range(20)] + STREAM
    async with Upstream([stream(events, pause_s=0.03)]) as upstream, httpx.AsyncClient() as client:
        write_snapshot(process.folder / "snapshot.json", snapshot([deployment(upstream.base_url)]))
        process.start()
        answer, parts, seen = await streaming(client, process, 3)
        process.child.send_signal(signal.SIGTERM)
        async for part in parts:
            seen += part
        assert seen.endswith(b"data: [DONE]\n\n")
        assert seen.count(b'"content"') == 23
        await answer.aclose()
        assert await process.gone() == 0
        assert [one.status for one in process.settled()] == ["ok"]


async def test_what_is_open_at_the_drain_deadline_is_told_and_settled(process):
    """A stream, a JSON answer that has not begun, and one whose client has left."""
    silent = asyncio.Event()

    async def waits(asked, write):
        await silent.wait()

    events = [delta(str(number)) for number in range(500)]
    flowing = stream(events, pause_s=0.02)
    async with (
        Upstream([flowing, flowing, waits]) as upstream,
        httpx.AsyncClient(timeout=20) as client,
        httpx.AsyncClient() as leaving,
    ):
        write_snapshot(process.folder / "snapshot.json", snapshot([deployment(upstream.base_url)]))
        process.start(deadlines=Deadlines(drain_s=1.5))
        answer, parts, seen = await streaming(client, process, 3)
        left, _, _ = await streaming(leaving, process, 3)
        url = process.base_url + "/v1/chat/completions"
        whole_one = asyncio.create_task(client.post(url, json=CHAT, headers=KEY))
        await until(lambda: len(upstream.asked) == 3)
        process.child.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        await left.aclose()
        async for part in parts:
            seen += part
        await answer.aclose()
        last = json.loads(seen.rstrip().rpartition(b"data: ")[2])
        assert last["error"]["code"] == "shutting_down"
        refused = await whole_one
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "shutting_down")
        assert await process.gone() == 0
        rows = {one.request_id: one for one in process.settled()}
        assert sorted((one.status, one.error) for one in rows.values()) == [
            ("cancelled", "drain_deadline"),
            ("cancelled", "shutting_down"),
            ("truncated", "shutting_down"),
        ]
        assert all(one.usage.estimated for one in rows.values())
        assert all(one.usage.input_tokens for one in rows.values())


async def test_kill_9_mid_stream_leaves_one_unsettled_row_per_request(process):
    events = [delta(str(number)) for number in range(500)]
    async with (
        Upstream(
            [stream(events, pause_s=0.02), stream(events, pause_s=0.02), whole(200, REPLY)]
        ) as upstream,
        httpx.AsyncClient() as client,
    ):
        write_snapshot(process.folder / "snapshot.json", snapshot([deployment(upstream.base_url)]))
        process.start()
        opened = [await streaming(client, process, 3) for _ in range(2)]
        process.child.kill()
        await process.gone()
        for answer, parts, _ in opened:
            with pytest.raises(httpx.RemoteProtocolError):
                async for _ in parts:
                    pass
            await answer.aclose()
        # the listening socket is the supervisor's: a client that comes meanwhile just waits
        waiting = asyncio.create_task(
            client.post(
                process.base_url + "/v1/chat/completions", json=CHAT, headers=KEY, timeout=10
            )
        )
        process.start()
        assert (await waiting).json() == REPLY
        assert sorted(one.status for one in process.settled()) == ["ok", "unsettled", "unsettled"]
        assert len(upstream.asked) == 3


async def test_with_tls_a_stream_ends_after_sigterm_and_stalled_handshakes_do_not_count(process):
    authority = Authority(process.folder / "authority")
    pair = authority.issue("127.0.0.1")
    process.base_url = process.base_url.replace("http:", "https:")
    events = [delta(str(number)) for number in range(20)] + STREAM
    context = ssl.create_default_context(cafile=authority.file)
    async with (
        Upstream([stream(events, pause_s=0.03)]) as upstream,
        httpx.AsyncClient(verify=context) as client,
    ):
        write_snapshot(process.folder / "snapshot.json", snapshot([deployment(upstream.base_url)]))
        process.start(tls=InboundTls(pair.certificate, pair.key, 60), bounds=Bounds())
        answer, parts, seen = await streaming(client, process, 3)
        address = process.listener.getsockname()
        stalled, writer = await asyncio.open_connection(*address)
        writer.write(b"\x16\x03\x01")
        await asyncio.sleep(0.1)
        process.child.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(_rest(stalled), 5) == b""
        writer.close()
        async for part in parts:
            seen += part
        assert seen.endswith(b"data: [DONE]\n\n")
        assert seen.count(b'"content"') == 23
        await answer.aclose()
        assert await process.gone() == 0


async def test_with_tls_the_bound_on_connections_counts_those_that_shake_hands(process):
    authority = Authority(process.folder / "authority")
    pair = authority.issue("127.0.0.1")
    write_snapshot(process.folder / "snapshot.json", snapshot([deployment("http://127.0.0.1:1")]))
    process.start(
        tls=InboundTls(pair.certificate, pair.key, 60), bounds=Bounds(client_connections=2)
    )
    address = process.listener.getsockname()
    waiting = [await asyncio.open_connection(*address) for _ in range(2)]
    for _, writer in waiting:
        writer.write(b"\x16\x03\x01")
    reader, writer = await asyncio.open_connection(*address)
    assert await asyncio.wait_for(_rest(reader), 10) == b""
    for _, one in [*waiting, (reader, writer)]:
        one.close()


async def _rest(reader):
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def test_a_certificate_that_cannot_be_used_is_one_clear_line(capsys, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        boot = GatewayBoot(
            worker="gw-0",
            public_fd=listener.fileno(),
            snapshot_path=str(tmp_path / "snapshot.json"),
            journal_dir=str(tmp_path / "journal"),
            control_socket=str(tmp_path / "control.sock"),
            tls=InboundTls(str(tmp_path / "none.pem")),
        )
        (tmp_path / "boot.json").write_bytes(msgspec.json.encode(boot))
        command = [sys.executable, "-m", "vanguard.compose.gateway_process"]
        done = subprocess.run(
            [*command, "--boot", str(tmp_path / "boot.json")],
            pass_fds=[listener.fileno()],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "gateway: tls.certificate or tls.key cannot be used: No such file or directory"
    )


async def test_a_retired_worker_serves_the_connections_it_has_and_takes_no_new_one(process):
    events = [delta(str(number)) for number in range(60)] + STREAM
    async with Upstream([stream(events, pause_s=0.05)]) as upstream, httpx.AsyncClient() as client:
        write_snapshot(process.folder / "snapshot.json", snapshot([deployment(upstream.base_url)]))
        process.start()
        ready = process.folder / "ready"
        await until(ready.exists)
        assert ready.read_text() == str(process.child.pid)
        answer, parts, seen = await streaming(client, process, 3)
        models = process.base_url + "/v1/models"
        async with httpx.AsyncClient(headers=KEY) as idle:
            assert "connection" not in (await idle.get(models)).headers
            await until(lambda: list((process.folder / "metrics").glob("journal~*.prom")))
            process.child.send_signal(signal.SIGUSR1)
            # a connection that it holds is served, and told to be the last
            again = await idle.get(models)
            while "connection" not in again.headers:
                again = await idle.get(models)
            assert (again.status_code, again.headers["connection"]) == (200, "close")
            # nobody accepts any more, but who comes waits for the next worker
            fresh = socket.create_connection(process.listener.getsockname())
            fresh.settimeout(0.5)
            fresh.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            with pytest.raises(TimeoutError):
                fresh.recv(1)
        async for part in parts:
            seen += part
        assert seen.endswith(b"data: [DONE]\n\n")
        await answer.aclose()
        assert await process.gone() == 0
        assert not list((process.folder / "metrics").iterdir())
        process.start()
        fresh.settimeout(20)
        assert fresh.recv(12) == b"HTTP/1.1 200"
        fresh.close()
        await until(lambda: ready.read_text() == str(process.child.pid))


async def test_a_worker_that_cannot_borrow_limits_does_not_serve(process):
    write_snapshot(
        process.folder / "snapshot.json", snapshot([deployment("http://127.0.0.1:1/v1")])
    )
    listener = socket.socket(socket.AF_UNIX)
    path = str(process.folder / "l.sock")
    listener.bind(path)
    listener.listen()
    process.start(limits_socket=path)
    connection, _ = await asyncio.to_thread(listener.accept)
    connection.recv(1)
    connection.sendall(frame(Denied("restart the platform")))
    assert await process.gone() == 1
    assert not (process.folder / "ready").exists()
    connection.close()
    listener.close()


def test_a_missing_boot_file_is_one_clear_line(capsys, tmp_path):
    assert main(["--boot", str(tmp_path / "none.json")]) == 2
    assert main([]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert "boot file cannot be read" in lines[0]
    assert lines[1].startswith("usage:")


def test_the_gateway_imports_no_web_framework_sql_or_pydantic():
    script = (
        "import sys, vanguard.compose.gateway_process\n"
        "heavy = {'pydantic', 'yaml', 'sqlalchemy', 'fastapi', 'starlette', 'httpx', 'numpy', 'click', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ},
    )
    assert found.stdout.strip() == "[]"
