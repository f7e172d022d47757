from pathlib import Path

import pytest

from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import Loaded, load_settings
from vanguard.core.settings.loaded import admin_key_of, changed_for_a_start, resolve


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    return load_settings(tmp_path / "vanguard.yaml", {})


def test_references_are_resolved(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "s1")
    (tmp_path / "key").write_text("s2\n")
    assert resolve("env:SOME_KEY", loaded, "port") == "s1"
    assert resolve(f"file:{tmp_path}/key", loaded, "port") == "s2"


def test_references_that_lead_nowhere(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEYS", "x")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    for reference, part in {
        "env:ANTHROPIC_API_KEY": "is not set; did you mean 'ANTHROPIC_API_KEYS'?",
        f"file:{tmp_path}/none": "cannot be read: No such file or directory",
        f"file:{tmp_path}": "cannot be read: Is a directory",
        f"file:{tmp_path}/empty": "is empty",
        f"file:{tmp_path}/binary": "is not UTF-8 text",
    }.items():
        with pytest.raises(SettingsError) as caught:
            resolve(reference, loaded, "store.url")
        assert caught.value.message.startswith("vanguard.yaml: store.url: ")
        assert part in caught.value.message


def test_the_admin_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "vanguard.yaml"
    assert admin_key_of(load_settings(file, {})) is None
    monkeypatch.setenv("THE_KEY", "from-a-variable")
    file.write_text("admin: {key: 'env:THE_KEY'}\n")
    assert admin_key_of(load_settings(file, {})) == "from-a-variable"
    monkeypatch.setenv("VANGUARD_ADMIN_KEY", "directly-given")
    assert admin_key_of(load_settings(file, {})) == "directly-given"
    monkeypatch.setenv("VANGUARD_ADMIN_KEY", "short")
    with pytest.raises(SettingsError, match=r"^VANGUARD_ADMIN_KEY: shorter than eight"):
        admin_key_of(load_settings(file, {}))


def test_what_a_reload_cannot_apply(tmp_path: Path) -> None:
    file = tmp_path / "vanguard.yaml"
    old = load_settings(file, {}).settings
    file.write_text("port: 1234\nmodels: {}\nlog: {level: debug}\n")
    assert sorted(changed_for_a_start(old, load_settings(file, {}).settings)) == ["log", "port"]
    assert changed_for_a_start(old, old) == []


def test_the_number_of_workers_is_named_apart(tmp_path: Path, loaded: Loaded) -> None:
    file = tmp_path / "vanguard.yaml"
    file.write_text("gateway: {workers: 3}\n")
    more = load_settings(file, {}).settings
    assert changed_for_a_start(loaded.settings, more) == ["gateway.workers"]
    file.write_text("gateway: {workers: 3, ping_s: 5}\n")
    both = load_settings(file, {}).settings
    assert changed_for_a_start(loaded.settings, both) == ["gateway", "gateway.workers"]
    assert changed_for_a_start(more, both) == ["gateway"]
