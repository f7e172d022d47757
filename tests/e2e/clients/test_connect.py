"""`vanguard connect` and `vanguard doctor --client` with the running gateway and a real client."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support.clients.matrix import proves
from support.clients.packages import claude_code
from support.clients.stage import Stage
from support.clients.turns import Say, steps

pytestmark = pytest.mark.e2e

VANGUARD = Path(sys.executable).parent / "vanguard"


@pytest.fixture
def pointed(stage: Stage) -> Stage:
    stage.model.reset(steps((Say("Ready."),)))
    stage.place.environment |= {
        "VANGUARD_URL": stage.tap.base_url,
        "VANGUARD_API_KEY": stage.platform.key,
    }
    return stage


@proves("Claude Code", "`vanguard connect --write`", "Anthropic Messages")
def test_claude_code_needs_nothing_but_what_connect_wrote(pointed: Stage) -> None:
    place = pointed.place
    told = ("connect", "claude-code", "--model", "claude-own", "--write")
    done = place.run(VANGUARD, *told)
    assert done.returncode == 0, done.stderr
    # the platform's own variables go, so that only the written file can lead to it
    place.environment = {
        **pointed.fence.environment(),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }
    said = place.run(claude_code(), "-p", "Are you ready?", "--output-format", "json")
    assert json.loads(said.stdout)["result"] == "Ready."
    assert [one["model"] for one in pointed.model.turns()] == ["claude-own"]


@pytest.mark.parametrize(
    ("client", "model"),
    [
        pytest.param(
            "claude-code",
            "claude-own",
            marks=proves("Claude Code", "`vanguard doctor`", "Anthropic Messages"),
        ),
        pytest.param(
            "claude-code",
            "claude-foreign",
            marks=proves("Claude Code", "`vanguard doctor`", "OpenAI chat"),
        ),
        pytest.param("claude-code", ""),
        ("cursor", "gpt-own"),
        ("copilot", "gpt-foreign"),
        pytest.param("aider", "gpt-own", marks=proves("Aider", "`vanguard doctor`", "OpenAI chat")),
        pytest.param(
            "codex", "gpt-own", marks=proves("Codex CLI", "`vanguard doctor`", "OpenAI chat")
        ),
        pytest.param(
            "gemini-cli", "gpt-own", marks=proves("Gemini CLI", "`vanguard doctor`", "OpenAI chat")
        ),
        ("boto3", "claude-own"),
    ],
)
def test_the_doctor_plays_a_first_minute(pointed: Stage, client: str, model: str) -> None:
    options = ("--model", model) if model else ()
    done = pointed.place.run(VANGUARD, "doctor", "--client", client, "--json", *options)
    found = json.loads(done.stdout)["findings"]
    assert done.returncode == 0, found
    assert found
    assert all(one["level"] != "fail" for one in found)


def test_the_doctor_names_a_model_that_nobody_serves(pointed: Stage) -> None:
    done = pointed.place.run(VANGUARD, "doctor", "--client", "aider", "--model", "nobody")
    assert done.returncode == 1
    assert "model" in done.stdout
    assert "vanguard models" in done.stdout


def test_the_doctor_names_a_key_that_is_none(pointed: Stage) -> None:
    pointed.place.environment["VANGUARD_API_KEY"] = "vk-wrong"
    done = pointed.place.run(VANGUARD, "doctor", "--client", "claude-code")
    assert done.returncode == 1
    assert "vanguard key create" in done.stdout
