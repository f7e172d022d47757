from pathlib import Path

import pytest

from vanguard.compose.supervisor.home import Home, HomeLock, prepare_home
from vanguard.compose.supervisor.running import (
    Running,
    find_home,
    forget_running,
    read_running,
    write_running,
)
from vanguard.core.errors import SettingsError

NOW = Running(7, "http://a", "http://b", "/s", {"gateway": 8}, ready=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path / "home")


def test_it_is_believed_only_while_a_supervisor_lives(home: Home) -> None:
    write_running(home, NOW)
    assert read_running(home) is None
    lock = HomeLock(home)
    assert read_running(home) == NOW
    (home.run / "up.json").write_text("{")
    assert read_running(home) is None
    forget_running(home)
    assert read_running(home) is None
    lock.release()


def test_the_home_that_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home(None, None).root == tmp_path / ".vanguard"
    Path("vanguard.yaml").write_text("home: from-file\n")
    assert find_home(None, None).root == tmp_path / "from-file"
    monkeypatch.setenv("VANGUARD_HOME", "from-variable")
    assert find_home(None, None).root == tmp_path / "from-variable"
    assert find_home("from-flag", None).root == tmp_path / "from-flag"


def test_broken_settings_do_not_hide_a_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vanguard.yaml").write_text("prot: 1\n")
    assert find_home(None, None).root == tmp_path / ".vanguard"
    monkeypatch.setenv("VANGUARD_HOME", "h")
    assert find_home(None, None).root == tmp_path / "h"
    with pytest.raises(SettingsError, match="no such settings file"):
        find_home(None, "none.yaml")
