from pathlib import Path

import pytest

from vanguard.compose.supervisor.banner import Served, Start, banner, where_options

HOME = Path("/srv/vanguard")
CHAT = Served("qwen", "chat", ("default",), 8192)
LONG = Served("sonnet", "chat", ("claude-*",), 200_000)
EMBED = Served("use", "embedding", ("default-embedding",))


def text(*models: Served, key: str | None = "vk-1", kept: bool = True, **more: str) -> str:
    return banner(
        Start(
            version="1.2",
            url="http://127.0.0.1:8080",
            admin_url="http://127.0.0.1:8081",
            key=key,
            key_path=HOME / "first.key" if kept else None,
            admin_key_path=HOME / "admin.key",
            models=models,
            **more,
        )
    )


def test_everything_to_begin_with() -> None:
    found = text(EMBED, CHAT, cli=".venv/bin/vanguard")
    assert "Vanguard 1.2 is ready at http://127.0.0.1:8080\n" in found
    assert "console    http://127.0.0.1:8081/" in found
    assert "use (default-embedding), qwen (default)" in found
    assert "vk-1  (kept in /srv/vanguard/first.key)" in found
    assert "stop       Ctrl-C" in found
    assert '"model": "default"' in found
    assert 'OpenAI(base_url="http://127.0.0.1:8080/v1", api_key="vk-1")' in found
    assert "\n.venv/bin/vanguard chat\n" in found
    assert "claude" not in found


def test_claude_code_only_with_a_model_that_carries_its_prompts() -> None:
    found = text(CHAT, LONG)
    assert "ANTHROPIC_MODEL=sonnet claude" in found
    assert 'ANTHROPIC_BASE_URL=http://127.0.0.1:8080 ANTHROPIC_AUTH_TOKEN="vk-1"' in found
    assert '"model": "default"' in found


def test_a_key_that_must_not_be_shown_is_read_from_its_file() -> None:
    found = text(CHAT, LONG, key=None)
    assert "Bearer $(cat /srv/vanguard/first.key)" in found
    assert "api_key=open('/srv/vanguard/first.key').read().strip()" in found


def test_without_a_first_key_one_is_made_by_hand() -> None:
    found = text(CHAT, key=None, kept=False)
    assert "key        make one with: vanguard key create NAME" in found
    assert "$VANGUARD_API_KEY" in found
    assert "\nimport os\nfrom openai import OpenAI\n" in found
    assert "import os" not in text(CHAT)


def test_commands_name_a_platform_that_they_would_not_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://127.0.0.1:9000"
    monkeypatch.chdir(tmp_path)
    for name in ("VANGUARD_HOME", "VANGUARD_URL"):
        monkeypatch.delenv(name, raising=False)
    assert where_options(tmp_path / ".vanguard", url) == ""
    assert where_options(tmp_path / "my home", url) == " --home 'my home'"
    monkeypatch.setenv("VANGUARD_HOME", "my home")
    assert where_options(tmp_path / "my home", url) == ""
    monkeypatch.setenv("VANGUARD_URL", "http://127.0.0.1:8080")
    assert where_options(tmp_path / "other", url) == f" --home other --url {url}"
    found = text(CHAT, key=None, kept=False, where=" --home x")
    assert "vanguard key create NAME --home x\n" in found
    assert "vanguard chat --home x\n" in found
    assert "vanguard chat -m sonnet --home x\n" in text(LONG, where=" --home x")


def test_without_models_there_is_nothing_to_call() -> None:
    found = text(engine="failed: no weights")
    assert "none yet; add some to vanguard.yaml" in found
    assert "engine     failed: no weights" in found
    assert "curl" not in found


def test_the_first_chat_model_stands_in_for_a_default() -> None:
    assert '"model": "sonnet"' in text(EMBED, LONG)


def test_paths_below_the_working_folder_are_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    start = Start("1", "u", "u", None, tmp_path / "h" / "first.key", HOME, [CHAT])
    assert "$(cat h/first.key)" in banner(start)


def test_a_certificate_is_named() -> None:
    assert "tls        shows /etc/c.pem; call it by a name" in text(CHAT, certificate="/etc/c.pem")
    assert "tls  " not in text(CHAT)
