import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_platform.run import Platform
from vanguard.cli import reload as module
from vanguard.cli.main import main


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("reload")
    (folder / "mine.yaml").write_text("")
    found = Platform(folder, "--config", "mine.yaml")
    found.wait_for("vanguard chat")
    yield found
    found.end()


@pytest.mark.e2e
def test_a_changed_file_is_taken_up_or_refused_with_the_reason(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    file = platform.home.root.parent / "mine.yaml"
    file.write_text("models:\n  a:\n    deployments: [{provider: openai, model: x}]\n")
    assert main(["reload", "--home", str(platform.home.root)]) == 0
    taken = capsys.readouterr()
    assert taken.out == "settings reloaded (snapshot 2): a\n"
    assert taken.err == "vanguard: w\n"
    assert main(["reload", "--home", str(platform.home.root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "snapshot_version": 2,
        "models": ["a"],
        "warnings": ["w"],
        "restart_for": [],
    }
    file.write_text("prot: 1\n")
    assert main(["reload", "--home", str(platform.home.root)]) == 1
    assert capsys.readouterr().err == (
        "vanguard: mine.yaml:1: prot: unknown field; did you mean 'port'?\n"
    )


@pytest.mark.e2e
def test_a_platform_behind_an_address(
    platform: Platform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VANGUARD_URL", platform.running().url)
    monkeypatch.setenv("VANGUARD_ADMIN_KEY", "any-key-at-all")
    assert main(["reload"]) == 1  # the stand-in of the gateway takes no POST
    assert capsys.readouterr().err == "vanguard: HTTP 501\n"
    monkeypatch.setenv("VANGUARD_URL", "http://127.0.0.1:1")
    assert main(["reload"]) == 1
    assert "control does not answer" in capsys.readouterr().err


@pytest.mark.e2e
def test_the_gateway_is_replaced_when_asked(
    platform: Platform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (platform.home.root.parent / "mine.yaml").write_text("")
    old = platform.pid("gateway")
    assert main(["reload", "--home", str(platform.home.root), "--restart-gateway"]) == 0
    assert capsys.readouterr().out.endswith(
        "the gateway's processes are new; old ones end with their open streams\n"
    )
    new = platform.pid("gateway")
    assert new != old
    # one that cannot be replaced is told, not waited for without end
    (platform.home.root / "gateway.breaks").touch()
    monkeypatch.setattr(module, "_REPLACED_S", 1.0)
    assert main(["reload", "--home", str(platform.home.root), "--restart-gateway"]) == 1
    assert "the gateway was not replaced" in capsys.readouterr().err
    (platform.home.root / "gateway.breaks").unlink()
    assert platform.pid("gateway") == new


def test_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reload", "--home", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"vanguard: nothing runs on {tmp_path}; start it with `vanguard up`,"
        " or name another --home\n"
    )


def test_what_changed_and_is_not_in_force_is_said() -> None:
    assert module._waiting([], restarted_gateway=False) == []
    both = module._waiting(["gateway", "log", "port", "tls"], restarted_gateway=False)
    assert both == [
        "gateway and log: changed, and in force after `vanguard reload --restart-gateway`",
        "port, tls: changed, and in force after a restart of the platform",
    ]
    assert module._waiting(["gateway"], restarted_gateway=True) == []
    assert module._waiting(["gateway", "log", "gateway.workers"], restarted_gateway=False) == [
        "gateway, log, gateway.workers: changed, and in force after a restart of the platform"
    ]
