from pathlib import Path

import pytest

from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import Loaded, config_path, load_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "vanguard.yaml"


def refused(path: Path, **overrides: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, overrides)
    return caught.value.message


def written(path: Path, text: str) -> Loaded:
    path.write_text(text)
    return load_settings(path, {})


def test_defaults_without_a_file(file: Path) -> None:
    loaded = load_settings(file, {})
    assert loaded.settings.port == 8080
    assert loaded.path == file
    assert loaded.warnings == ()
    assert loaded.line_of("port") is None


def test_flags_beat_the_environment_which_beats_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("host: 127.0.0.2\nport: 1001\nengine:\n  model: a\n  threads: 2\n")
    monkeypatch.setenv("VANGUARD_PORT", "1002")
    monkeypatch.setenv("VANGUARD_ENGINE_MODEL", "b")
    settings = load_settings(file, {"engine.model": "c"}).settings
    assert (settings.host, settings.port) == ("127.0.0.2", 1002)
    assert (settings.engine.model, settings.engine.threads) == ("c", 2)


def test_an_empty_variable_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANGUARD_PORT", "")
    assert load_settings(file, {}).settings.port == 8080


def test_lines_and_places(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANGUARD_PORT", "1002")
    loaded = written(
        file,
        "port: 1001\nmodels:\n  gpt-4.1:\n    deployments:\n"
        "      - provider: openai\n        model: x\n",
    )
    name = "models.gpt-4.1.deployments[0].model"
    assert loaded.line_of(name) == 6
    assert loaded.line_of("port") is None
    assert loaded.error(name, "no").message == f"vanguard.yaml:6: {name}: no"
    assert loaded.error("port", "no").message == "VANGUARD_PORT: no"
    assert loaded.error("home", "no").message == "vanguard.yaml: home: no"


def test_the_line_of_a_misspelt_field_and_the_right_word(file: Path) -> None:
    file.write_text(
        "models:\n  sonnet:\n    deployments:\n      - provder: anthropic\n        model: x\n"
    )
    assert refused(file) == (
        "vanguard.yaml:4: models.sonnet.deployments[0].provder:"
        " unknown field; did you mean 'provider'?"
    )


def test_what_is_missing_has_the_line_of_its_owner(file: Path) -> None:
    file.write_text("models:\n  sonnet:\n    deployments:\n      - provider: x\n")
    assert refused(file) == "vanguard.yaml:4: models.sonnet.deployments[0].model: is missing"


def test_a_variable_or_flag_is_named_instead_of_a_line(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("port: 1\nengine:\n  threads: 1\n")
    monkeypatch.setenv("VANGUARD_ENGINE_THREADS", "many")
    assert refused(file) == "VANGUARD_ENGINE_THREADS: expected a whole number, found 'many'"
    monkeypatch.delenv("VANGUARD_ENGINE_THREADS")
    assert refused(file, port="x") == "--port: expected a whole number, found 'x'"


def test_many_mistakes_come_in_the_order_of_the_file_and_are_bounded(file: Path) -> None:
    file.write_text("".join(f"unknown{n}: 1\n" for n in range(15)))
    lines = refused(file).splitlines()
    assert [line.split(":")[1] for line in lines[:10]] == [str(n) for n in range(1, 11)]
    assert lines[10:] == ["… and 5 more"]


def test_unknown_variables_warn_with_the_nearest_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VANGUARD_PROT", "1")
    for name in ("VANGUARD_API_KEY", "VANGUARD_URL", "VANGUARD_DEBUG"):
        monkeypatch.setenv(name, "x")
    assert load_settings(file, {}).warnings == (
        "VANGUARD_PROT is set, but no setting has this name; did you mean 'VANGUARD_PORT'?",
    )


def test_an_unknown_override_is_refused(file: Path) -> None:
    message = refused(file, **{"engine.modl": "x"})
    assert message == "no setting is called 'engine.modl'; did you mean 'engine.model'?"


def test_a_section_where_the_file_has_a_value(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("engine: small\n")
    monkeypatch.setenv("VANGUARD_ENGINE_MODEL", "small")
    assert refused(file) == (
        "vanguard.yaml:1: engine: expected a mapping of fields to values, found 'small'"
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n", "models:\nengine:\n"])
def test_empty_files_and_sections(file: Path, text: str) -> None:
    assert written(file, text).settings.models == {}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"- a\n", "vanguard.yaml:1: expected fields such as `port: 8080`"),
        (b"port: 1\nhost: \xff\n", "vanguard.yaml:2: not UTF-8 text"),
        (b"port: 1\nport: 2\n", "vanguard.yaml:2: 'port' is given twice, first in line 1"),
        (b"#" * (1 << 20) + b"###", "vanguard.yaml: larger than 1024 KiB"),
    ],
)
def test_files_that_are_no_settings(file: Path, raw: bytes, message: str) -> None:
    file.write_bytes(raw)
    assert refused(file) == message


def test_a_byte_order_mark_is_no_part_of_the_first_key(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfport: 1001\n")
    assert load_settings(file, {}).settings.port == 1001


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path).endswith("cannot be read: Is a directory")


def test_a_named_file_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config_path(None) == Path("vanguard.yaml")
    with pytest.raises(SettingsError, match=r"named by --config"):
        config_path("other.yaml")
    monkeypatch.setenv("VANGUARD_CONFIG", "mine.yaml")
    with pytest.raises(SettingsError, match=r"mine.yaml: no such settings file"):
        config_path(None)
    # A reload after the file was deleted must not drop every model in silence.
    assert refused(tmp_path / "mine.yaml") == f"{tmp_path}/mine.yaml: the settings file is gone"
    Path("mine.yaml").write_text("port: 1\n")
    assert config_path(None) == Path("mine.yaml")


def test_the_admin_key_in_the_clear_is_refused_in_the_file_only(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("admin:\n  key: hunter2hunter2\n")
    message = refused(file)
    assert message.startswith("vanguard.yaml:2: admin.key: write env:NAME")
    assert "hunter2" not in message
    file.unlink()
    monkeypatch.setenv("VANGUARD_ADMIN_KEY", "hunter2hunter2")
    loaded = load_settings(file, {})
    assert loaded.settings.admin.key is not None
    assert "hunter2" not in repr(loaded)
