"""Which platform a verb means."""

from __future__ import annotations

from pathlib import Path

import pytest

from vanguard.cli.connect import connect
from vanguard.core.errors import ControlUnavailable, SettingsError
from vanguard.sdk.target import DEFAULT_URL


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def running(home: Path, url: str) -> Path:
    (home / "run").mkdir(parents=True)
    (home / "run" / "up.json").write_text(f'{{"url": "{url}"}}')
    return home


def url_of(url: str | None = None, home: str | None = None) -> str:
    with connect(url, home) as client:
        return client.url


def test_the_platform_that_runs_here(tmp_path: Path) -> None:
    assert url_of() == DEFAULT_URL
    running(tmp_path / ".vanguard", "http://127.0.0.1:9001")
    assert url_of() == "http://127.0.0.1:9001"
    assert url_of("http://other.example") == "http://other.example"


def test_the_home_that_the_settings_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running(tmp_path / "state", "http://127.0.0.1:9002")
    running(tmp_path / "given", "http://127.0.0.1:9003")
    (tmp_path / "vanguard.yaml").write_text(f"home: {tmp_path / 'state'}\n")
    assert url_of() == "http://127.0.0.1:9002"
    assert url_of(home=str(tmp_path / "given")) == "http://127.0.0.1:9003"
    monkeypatch.setenv("VANGUARD_HOME", str(tmp_path / "given"))
    assert url_of() == "http://127.0.0.1:9003"
    monkeypatch.setenv("VANGUARD_URL", "http://env.example")
    assert url_of() == "http://env.example"


def test_settings_without_a_home_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "vanguard.yaml").write_text("models: [this is no list of models\n")
    assert url_of() == DEFAULT_URL


def test_a_settings_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANGUARD_CONFIG", "missing.yaml")
    assert url_of() == DEFAULT_URL


def test_broken_settings_hide_nothing(tmp_path: Path) -> None:
    (tmp_path / "vanguard.yaml").write_text("home: [\n")
    running(tmp_path / ".vanguard", "http://127.0.0.1:9001")
    try:
        assert url_of() == "http://127.0.0.1:9001"
    except SettingsError as error:
        pytest.fail(f"a broken file hid a running platform: {error}")


def test_a_home_that_is_named_but_does_not_run_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does not lead to whatever else listens on the default port."""
    stopped = tmp_path / "stopped"
    with pytest.raises(ControlUnavailable, match=rf"the platform at {stopped} is not running"):
        url_of(home=str(stopped))
    assert url_of("http://other.example", str(stopped)) == "http://other.example"
    monkeypatch.setenv("VANGUARD_URL", "http://env.example")
    assert url_of(home=str(stopped)) == "http://env.example"
