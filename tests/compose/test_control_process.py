"""The control process as the supervisor starts it: socket, signals, console, refusals."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from support.records import intent, journal_bytes, settled
from vanguard.compose import control_process
from vanguard.core.errors import StoreUnavailable
from vanguard.snapshot.file import read_snapshot

pytestmark = pytest.mark.e2e

ADMIN_KEY = "vk-admin-for-tests"
_PATIENCE_S = 60


class Control:
    """One control process and a client on its socket."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.socket = home / "control.sock"
        self.process: subprocess.Popen[bytes] | None = None

    def boot(self, **changes: object) -> Path:
        (self.home / "admin.key").write_text(ADMIN_KEY)
        boot = {
            "home": str(self.home),
            "socket": str(self.socket),
            "config": str(self.home / "vanguard.yaml"),
            "admin_key_path": str(self.home / "admin.key"),
            "snapshot_path": str(self.home / "snapshot.json"),
            "journal_root": str(self.home / "journal"),
            "engine_status_path": str(self.home / "engine.json"),
            "gateway_url": "http://127.0.0.1:1",
        }
        path = self.home / "boot.json"
        path.write_text(json.dumps(boot | changes))
        return path

    def start(self, **changes: object) -> subprocess.Popen[bytes]:
        path = self.boot(**changes)
        with (self.home / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vanguard.compose.control_process", "--boot", str(path)],
                stderr=log,
                env={**os.environ, "VANGUARD_CONFIG": ""},
            )
        return self.process

    def wait_until_it_answers(self) -> None:
        self.wait(self._answers)

    def wait(self, done) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not done():
            assert self.process is not None
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.02)

    def client(self) -> httpx.Client:
        transport = httpx.HTTPTransport(uds=str(self.socket))
        headers = {"authorization": f"Bearer {ADMIN_KEY}"}
        return httpx.Client(transport=transport, base_url="http://control", headers=headers)

    def log(self) -> str:
        return (self.home / "log").read_text()

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket))
        except OSError:
            return False
        with self.client() as client:
            return client.get("/api/status").status_code == 200


@pytest.fixture
def control() -> Iterator[Control]:
    with tempfile.TemporaryDirectory(prefix="vg-c-") as folder:  # short: the path of a socket
        made = Control(Path(folder))
        yield made
        if made.process is not None and made.process.poll() is None:
            made.process.kill()
            made.process.wait()


def test_it_serves_api_and_console_and_ends_cleanly(control: Control) -> None:
    process = control.start()
    control.wait_until_it_answers()
    assert stat.S_IMODE(control.socket.stat().st_mode) == 0o600
    with control.client() as client:
        made = client.post("/api/keys", json={"name": "first"})
        assert made.status_code == 201
        assert "/api/keys" in client.get("/api/openapi.json").json()["paths"]
        page = client.get("/", headers={"authorization": ""})
        assert (page.status_code, page.headers["location"]) == (303, "/login")
        assert client.get("/login").status_code == 200
        client.post("/api/login", json={"key": ADMIN_KEY})  # the client keeps the cookie
        page = client.get("/", headers={"authorization": ""})
        assert page.status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(_PATIENCE_S) == 0
    assert ADMIN_KEY not in control.log()


def test_a_hangup_reads_settings_again_and_refuses_wrong_ones(control: Control) -> None:
    process = control.start()
    control.wait_until_it_answers()
    settings = control.home / "vanguard.yaml"
    settings.write_text(
        "models:\n  m:\n    deployments:\n"
        "      - {provider: vllm, model: x, base_url: 'http://127.0.0.1:9/v1'}\n"
    )
    process.send_signal(signal.SIGHUP)
    snapshot = control.home / "snapshot.json"
    control.wait(lambda: "m" in read_snapshot(snapshot).models)
    settings.write_text("modles: {}\n")
    process.send_signal(signal.SIGHUP)
    control.wait(lambda: "old settings stay" in control.log())
    assert "models" in control.log()
    assert "m" in read_snapshot(snapshot).models


def test_a_kill_repeats_and_loses_nothing(control: Control) -> None:
    folder = control.home / "journal" / "w0"
    folder.mkdir(parents=True)
    path = folder / f"{0:020}.journal"
    for number in range(3):
        process = control.start()
        control.wait_until_it_answers()
        with path.open("ab") as file:
            for index in range(50):
                request_id = f"req_{number}_{index}"
                file.write(journal_bytes(intent(request_id), settled(request_id)))
        process.kill()
        process.wait()
    control.start()
    control.wait_until_it_answers()
    with control.client() as client:
        total = client.get("/api/usage").json()["total"]
    assert (total["requests"], total["cost_usd_micros"]) == (150, 150 * 700)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("modles: {}\n", "vanguard.yaml:1: modles"),
        (
            "models:\n  m:\n    deployments:\n      - provider: antropic\n        model: x\n",
            "vanguard.yaml:4: models.m.deployments[0].provider: no provider is called 'antropic'",
        ),
        ("store:\n  url: mysql://u:hush@h/d\n", "store.url"),
    ],
)
def test_wrong_settings_end_it_with_one_line(control: Control, settings: str, reason: str) -> None:
    (control.home / "vanguard.yaml").write_text(settings)
    assert control.start().wait(_PATIENCE_S) == 1
    (line,) = control.log().splitlines()
    assert line.startswith("control cannot start: ")
    assert reason in line
    assert "hush" not in line


def test_a_missing_admin_key_ends_it_with_one_line(control: Control) -> None:
    assert control.start(admin_key_path="/nowhere/admin.key").wait(_PATIENCE_S) == 1
    (line,) = control.log().splitlines()
    assert "/nowhere/admin.key" in line


def test_a_socket_path_that_is_too_long_is_named(control: Control) -> None:
    long = str(control.home / ("s" * 120))
    assert control.start(socket=long).wait(_PATIENCE_S) == 1
    assert "cannot listen on" in control.log().splitlines()[-1]


def test_boot_values_that_are_none_are_refused(control: Control) -> None:
    assert control.start(home=None).wait(_PATIENCE_S) == 1
    (line,) = control.log().splitlines()
    assert "boot values" in line


def test_who_comes_when_the_snapshot_is_there_waits_and_is_not_refused(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = socket.socket(socket.AF_UNIX)

    class Service:
        def __init__(self, boot: object, tools: object) -> None:
            """Opens nothing."""

        def start(self, *, upkeep: bool) -> None:
            assert not upkeep
            waiting.connect(str(control.socket))  # as a gateway that has just become ready
            raise StoreUnavailable("enough seen")

        def stop(self) -> None:
            """Has nothing to stop."""

    monkeypatch.setattr(control_process, "ControlService", Service)
    monkeypatch.setattr(control_process, "set_up_logs", lambda *_: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with waiting:
        assert control_process.main(["--boot", str(control.boot())]) == 1


def test_upkeep_begins_when_the_console_has_started(tmp_path: Path) -> None:
    order: list[str] = []

    class Service:
        def keep_up(self) -> None:
            order.append("upkeep")
            os.kill(os.getpid(), signal.SIGTERM)  # enough seen

        def ask_reload(self) -> None:
            """Nobody asks."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        while (message := await receive())["type"] == "lifespan.startup":
            await asyncio.sleep(0.05)
            order.append("console")
            await send({"type": "lifespan.startup.complete"})
        await send({"type": f"{message['type']}.complete"})

    listener = control_process.listen_privately(tmp_path / "control.sock")
    asyncio.run(control_process._serve(cast("Any", Service()), cast("Any", app), listener))
    assert order == ["console", "upkeep"]
