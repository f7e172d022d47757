"""The gateway as a process of its own: inherited socket, signals, kill -9."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import msgspec
import pytest

from support.gateway import CHAT, KEY, REPLY, STREAM, delta, deployment, snapshot, until
from support.upstream import Upstream, stream, whole
from vanguard.compose.gateway_process import main
from vanguard.core.journal import Settled
from vanguard.gateway.journal import replay
from vanguard.snapshot.boot import GatewayBoot
from vanguard.snapshot.file import write_snapshot

pytestmark = pytest.mark.e2e


class Process:
    """A gateway process on a socket that outlives it, as under the supervisor."""

    def __init__(self, folder):
        self.folder = folder
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.child = None

    def start(self):
        fd = self.listener.fileno()
        boot = GatewayBoot(
            worker="gw-0",
            public_fd=fd,
            snapshot_path=str(self.folder / "snapshot.json"),
            journal_dir=str(self.folder / "journal"),
            control_socket=str(self.folder / "control.sock"),
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
