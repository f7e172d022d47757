"""Codex from its own package, headless, against a model of its own dialect and foreign ones.

Its package brings 400 MB along, so it is run where somebody asks for it: `make clients`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from support.clients.matrix import proves
from support.clients.packages import codex
from support.clients.stage import Stage
from support.clients.turns import Call, Question, Say, Turn

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not os.environ.get("VANGUARD_CLIENTS"),
        reason="LEFT OUT: Codex is 400 MB; `make clients` runs it",
    ),
]

VANGUARD = Path(sys.executable).parent / "vanguard"
# what leaves a machine without being asked: news of versions, numbers of use, plugins
QUIET = ("check_for_update_on_startup=false", "analytics.enabled=false", "features.plugins=false")


def patching(question: Question) -> Turn:
    if not question.results:
        patch = "*** Begin Patch\n*** Update File: note.txt\n@@\n-one\n+two\n*** End Patch"
        return (
            Say("I patch it."),
            Call("exec_command", {"cmd": f"apply_patch <<'EOF'\n{patch}\nEOF\n"}),
        )
    return (Say("It says two now."),)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("gpt-responses", marks=proves("Codex CLI", "patch", "OpenAI responses")),
        pytest.param("gpt-own", marks=proves("Codex CLI", "patch", "OpenAI chat")),
        pytest.param("claude-own", marks=proves("Codex CLI", "patch", "Anthropic Messages")),
    ],
)
def test_it_patches_a_file(stage: Stage, model: str) -> None:
    stage.model.reset(patching)
    place = stage.place
    place.environment |= {
        "VANGUARD_URL": stage.tap.base_url,
        "VANGUARD_API_KEY": stage.platform.key,
    }
    written = place.run(VANGUARD, "connect", "codex", "--model", model, "--write")
    assert written.returncode == 0, written.stderr
    file = place.work / "note.txt"
    file.write_text("one\n")
    quiet = [part for setting in QUIET for part in ("-c", setting)]
    how = ("--skip-git-repo-check", "--sandbox", "danger-full-access")
    done = place.run(codex(), "exec", *quiet, *how, "Change one to two in note.txt")
    assert done.returncode == 0, done.stderr
    assert file.read_text() == "two\n", done.stderr
    assert "It says two now." in done.stdout
    if model == "gpt-responses":
        for one, arrived in zip(stage.tap.passed, stage.model.asked, strict=True):
            assert (arrived.path, arrived.body) == (one.asked.path, one.asked.body)
        assert [one.body for one in stage.tap.passed] == stage.model.said
    rows = stage.rows()
    assert [row["dialect"] for row in rows] == ["openai_responses"] * len(rows)
    assert len({row["session"] for row in rows}) == 1
    assert rows[0]["session"]
