import hashlib
import socket
from pathlib import Path

import pytest

from vanguard.cli.diagnosis import setup as module
from vanguard.cli.diagnosis.finding import Finding
from vanguard.cli.diagnosis.setup import (
    folders,
    ports,
    room_bytes,
    settings,
    space,
    weights,
    writable,
)
from vanguard.compose.supervisor.home import home_at
from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import Loaded, load_settings
from vanguard.serving.catalog import Weights


def loaded(tmp_path: Path, text: str = "") -> Loaded:
    (tmp_path / "vanguard.yaml").write_text(text)
    return load_settings(tmp_path / "vanguard.yaml", {})


def levels(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.check, one.level) for one in found]


def test_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels(list(settings(loaded(tmp_path)))) == [("settings", "ok"), ("credentials", "ok")]
    assert levels(list(settings(SettingsError("a: x\nb: y")))) == [("settings", "fail")] * 2
    monkeypatch.setenv("VANGUARD_PROT", "1")
    text = "models: {m: {deployments: [{provider: a, model: x, api_key: 'env:VG_NONE'}]}}"
    found = list(settings(loaded(tmp_path, text)))
    assert levels(found) == [("settings", "ok"), ("settings", "warn"), ("credentials", "fail")]
    assert "vanguard.yaml:1: models.m.deployments[0].api_key" in found[2].text
    found = list(settings(loaded(tmp_path, text), is_running=True))
    assert levels(found)[-1] == ("credentials", "warn")
    assert "this shell does not" in found[-1].advice
    text = "models: {m: {deployments: [{provider: antropic, model: x}]}}"
    found = list(settings(loaded(tmp_path, text)))
    assert levels(found)[-2:] == [("credentials", "ok"), ("models", "fail")]
    assert "did you mean 'anthropic'" in found[-1].text


def test_folders(tmp_path: Path) -> None:
    text = f"cache: {tmp_path}/cache\n"
    found = list(folders(loaded(tmp_path, text), home_at(tmp_path / "home"), is_running=False))
    assert [one.check for one in found] == [
        "home",
        "home disk",
        "cache",
        "cache disk",
        "socket path",
        "weights",
    ]
    assert not (tmp_path / "home").exists()
    found = list(folders(loaded(tmp_path, text), home_at(tmp_path / "home"), is_running=True))
    assert "weights" not in [one.check for one in found]


def test_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert writable("home", tmp_path / "a" / "b", "--home").level == "ok"
    (tmp_path / "file").touch()
    assert writable("home", tmp_path / "file" / "b", "--home").text.endswith("is not a folder")
    monkeypatch.setattr(module.os, "access", lambda *_: False)
    found = writable("home", tmp_path, "--home")
    assert found.level == "fail"
    assert "choose another folder with --home" in found.advice


def test_read_only_disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_is_read_only", lambda _folder: True)
    assert writable("home", tmp_path, "--home").text.endswith("cannot be written")


@pytest.mark.parametrize(
    ("free", "level"), [(100 * 1024**2, "fail"), (1024**3, "warn"), (5 * 1024**3, "ok")]
)
def test_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    class Usage:
        def __init__(self, _path: Path) -> None:
            self.free = free

    monkeypatch.setattr(module.shutil, "disk_usage", Usage)
    assert space("disk", tmp_path / "none", 2 * 1024**3).level == level


def test_a_deep_home_is_named(tmp_path: Path) -> None:
    found = module.socket_path(home_at(tmp_path / ("x" * 100)))
    assert found.level == "warn"
    assert "sockets lie in" in found.text
    assert module.socket_path(home_at(Path("/h"))).level == "ok"


def test_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights(tmp_path, "none").level == "ok"
    assert weights(tmp_path, "default").level == "warn"
    assert weights(tmp_path, str(tmp_path / "m.gguf")).level == "fail"
    (tmp_path / "m.gguf").touch()
    assert weights(tmp_path, str(tmp_path / "m.gguf")).level == "ok"
    text = b"GGUF and no more"
    row = Weights("tiny", hashlib.sha256(text).hexdigest(), len(text), 1, "none", ())
    monkeypatch.setattr(module, "CHAT", {"tiny": row})
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / f"{row.digest}.gguf").write_bytes(b"GGUF, yet another")
    assert weights(tmp_path, "tiny").level == "warn"
    (tmp_path / "weights" / f"{row.digest}.gguf").write_bytes(text)
    assert weights(tmp_path, "tiny").level == "ok"


def test_the_room_that_a_fetch_takes(tmp_path: Path) -> None:
    assert room_bytes(tmp_path, "none") == 0
    assert 10 * room_bytes(tmp_path, "default") > 10 * room_bytes(tmp_path, "small") > 10**9


def test_ports(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        mine = loaded(tmp_path, f"port: {taken.getsockname()[1]}\n")
        found = ports(mine, None)
        assert found.level == "fail"
        assert found.text.endswith("is taken")
        assert "choose another port" in found.advice
        assert ports(mine, "http://127.0.0.1:1").level == "ok"
    assert ports(mine, None).level == "ok"
