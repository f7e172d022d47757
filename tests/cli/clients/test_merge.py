"""Other people's files: what is theirs stays, what is ours is replaced, what clashes is refused."""

import configparser
import json
import stat
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from vanguard.cli.clients.merge import merged, write
from vanguard.cli.clients.recipes import RECIPES, Aim, File
from vanguard.core.errors import SettingsError

OLD, NEW = Aim("http://a:1", "vk-old", "m1"), Aim("https://b.example", "vk-new", "m2")


def file_of(client: str, aim: Aim) -> File:
    return RECIPES[client](aim).files[0]


def test_json_members_of_others_stay_and_ours_are_set() -> None:
    theirs = {"env": {"FOO": "1", "ANTHROPIC_BASE_URL": "http://old"}, "permissions": {"allow": []}}
    found = json.loads(merged(json.dumps(theirs), file_of("claude-code", NEW)))
    assert found["permissions"] == {"allow": []}
    assert found["env"] == {
        "FOO": "1",
        "ANTHROPIC_BASE_URL": "https://b.example",
        "ANTHROPIC_AUTH_TOKEN": "vk-new",
        "ANTHROPIC_MODEL": "m2",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL": "m2",
    }


SHORT = st.text(max_size=6)


@settings(max_examples=15)
@given(st.dictionaries(SHORT, st.none() | st.integers() | SHORT | st.lists(SHORT, max_size=2)))
def test_whatever_json_object_was_there_is_still_there(theirs: dict) -> None:
    file = file_of("claude-code", NEW)
    found = json.loads(merged(json.dumps(theirs), file))
    assert {name: found[name] for name in theirs if name != "env"} == {
        name: value for name, value in theirs.items() if name != "env"
    }
    assert merged(json.dumps(found), file) == json.dumps(found, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("broken", ["{", "[]", '"text"', "// comment\n{}"])
def test_json_that_is_none_is_not_touched(broken: str) -> None:
    with pytest.raises(SettingsError, match="nothing was written"):
        merged(broken, file_of("claude-code", NEW))


THEIRS = {
    "codex": '# mine\napproval_policy = "never"\n\n[model_providers.other]\nname = "o"\n',
    "aider": "# mine\ndark-mode: true\n",
    "gemini-cli": "# mine\nOTHER=1",
    "boto3": "# mine\n[default]\nregion = eu-north-1\n",
}


@pytest.mark.parametrize("client", THEIRS)
def test_our_lines_are_replaced_and_those_of_others_stay(client: str) -> None:
    once = merged(THEIRS[client], file_of(client, OLD))
    again = merged(once, file_of(client, NEW))
    assert merged(again, file_of(client, NEW)) == again
    assert "a:1" in once
    assert "a:1" not in again
    assert "b.example" in again
    for line in THEIRS[client].splitlines():
        assert line in again.splitlines()


def test_the_result_is_read_by_those_who_read_it() -> None:
    codex = tomllib.loads(merged(THEIRS["codex"], file_of("codex", NEW)))
    assert (codex["model_provider"], codex["model"]) == ("vanguard", "m2")
    assert codex["approval_policy"] == "never"
    assert set(codex["model_providers"]) == {"other", "vanguard"}
    assert codex["model_providers"]["vanguard"]["base_url"] == "https://b.example/v1"
    aider = yaml.safe_load(merged(THEIRS["aider"], file_of("aider", NEW)))
    assert aider == {
        "dark-mode": True,
        "openai-api-base": "https://b.example/v1",
        "openai-api-key": "vk-new",
        "model": "openai/m2",
    }
    aws = configparser.ConfigParser()
    aws.read_string(merged(THEIRS["boto3"], file_of("boto3", NEW)))
    assert aws.sections() == ["default", "profile vanguard", "services vanguard"]
    for service in ("bedrock_runtime", "bedrock"):
        assert "https://b.example/aws" in aws["services vanguard"][service]


@pytest.mark.parametrize(
    ("client", "theirs"),
    [
        ("codex", 'model_provider = "openai"\n'),
        ("codex", "[model_providers.vanguard]\nname = 'mine'\n"),
        ("codex", "this is no TOML"),
        ("aider", "openai-api-key: mine\n"),
        ("gemini-cli", "export GEMINI_API_KEY=mine\n"),
        ("boto3", "[profile vanguard]\nregion = x\n"),
    ],
)
def test_what_would_say_it_twice_is_refused(client: str, theirs: str) -> None:
    with pytest.raises(SettingsError, match="nothing was written"):
        merged(theirs, file_of(client, NEW))


def test_the_old_file_is_kept_each_time(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "settings.json"
    assert write(path, "one") is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    first, second = write(path, "two"), write(path, "three")
    assert first is not None
    assert second is not None
    assert [path.read_text(), first.read_text(), second.read_text()] == ["three", "one", "two"]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(first.stat().st_mode) == 0o640
    assert len(list(path.parent.iterdir())) == 3


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "conf"
    write(real, "one")
    link = tmp_path / "conf"
    link.symlink_to(real)
    write(link, "two")
    assert link.is_symlink()
    assert real.read_text() == "two"
