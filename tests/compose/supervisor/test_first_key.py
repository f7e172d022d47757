import json
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from support.fake_platform.run import child_process, until
from vanguard.compose.supervisor.banner import Served
from vanguard.compose.supervisor.first_key import ControlApi, refusal
from vanguard.compose.supervisor.home import Home, ensure_admin_key, prepare_home
from vanguard.control.boot import ControlBoot


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The stand-in for control on its real socket, and its home."""
    home = prepare_home(tmp_path_factory.mktemp("first_key"))
    ensure_admin_key(home, None)
    socket = home.sockets / "control.sock"
    boot = ControlBoot(
        home=str(home.root),
        socket=str(socket),
        config=str(home.root / "vanguard.yaml"),
        admin_key_path=str(home.admin_key),
        snapshot_path="",
        journal_root="",
        engine_status_path="",
        gateway_url="",
    )
    (home.run / "control.boot.json").write_bytes(msgspec.json.encode(boot))
    with child_process("control", home.run / "control.boot.json"):
        until(socket.exists, lambda: "control does not listen")
        yield home


@pytest.fixture
def home(stand_in: Home) -> Home:
    """As after a first start that has just begun."""
    for name in ("keys.json", "first.key", "vanguard.yaml"):
        (stand_in.root / name).unlink(missing_ok=True)
    return stand_in


@pytest.fixture
async def api(home: Home) -> AsyncIterator[ControlApi]:
    async with ControlApi(home.sockets / "control.sock", home.admin_key.read_text().strip()) as api:
        while not await api.answers():
            pass
        yield api


def keep(home: Home, **key: object) -> None:
    found = {"id": "k9", "name": "first", "hint": "vk-xxxx…yyyy", "last_used_at": None}
    (home.root / "keys.json").write_text(json.dumps([found | key]))


async def test_the_first_key_is_made_once(api: ControlApi, home: Home) -> None:
    secret = await api.ensure_first_key(home)
    assert secret == "vk-made-by-the-stand-in-0"
    assert home.first_key.read_text() == secret + "\n"
    assert stat.S_IMODE(home.first_key.stat().st_mode) == 0o600
    assert await api.ensure_first_key(home) == secret
    assert len(json.loads((home.root / "keys.json").read_text())) == 1


async def test_keys_of_others_are_enough(api: ControlApi, home: Home) -> None:
    keep(home, name="mine")
    assert await api.ensure_first_key(home) is None
    assert not home.first_key.exists()


async def test_a_start_that_ended_before_it_kept_the_secret(api: ControlApi, home: Home) -> None:
    keep(home)
    assert await api.ensure_first_key(home) == "vk-made-by-the-stand-in-1"
    assert [key["id"] for key in json.loads((home.root / "keys.json").read_text())] == ["k0"]


async def test_a_used_key_is_not_taken_from_its_user(api: ControlApi, home: Home) -> None:
    keep(home, last_used_at="2026-01-01T00:00:00Z")
    assert await api.ensure_first_key(home) is None


async def test_a_revoked_key_is_not_shown(api: ControlApi, home: Home) -> None:
    secret = await api.ensure_first_key(home)
    assert secret is not None
    keep(home, revoked_at="2026-01-01T00:00:00Z", hint=f"{secret[:7]}…{secret[-4:]}")
    assert await api.ensure_first_key(home) is None


async def test_models(api: ControlApi) -> None:
    assert await api.models() == [Served("m", "chat", ("default",), 200_000)]


async def test_reload_and_its_refusal(api: ControlApi, home: Home) -> None:
    assert await api.reload() is None
    (home.root / "vanguard.yaml").write_text("prot: 1\n")
    refused = await api.reload()
    assert refused == "vanguard.yaml:1: prot: unknown field; did you mean 'port'?"


async def test_nobody_answers(tmp_path: Path) -> None:
    async with ControlApi(tmp_path / "control.sock", "x") as api:
        assert not await api.answers()
        with pytest.raises(httpx.HTTPError):
            await api.models()


async def test_a_wrong_admin_key(api: ControlApi, home: Home) -> None:
    async with ControlApi(home.sockets / "control.sock", "wrong") as other:
        assert not await other.answers()
        with pytest.raises(httpx.HTTPStatusError):
            await other.models()


def test_a_refusal_without_words() -> None:
    assert refusal(httpx.Response(502, content=b"<html>")) == "HTTP 502"
