"""The Gemini CLI from its own package, headless, against models of its own dialect and of foreign ones.

Its package brings 100 MB along, so it is run where somebody asks for it: `make clients`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from support.clients.matrix import proves
from support.clients.packages import gemini_cli
from support.clients.stage import Stage
from support.clients.turns import Call, Question, Say, Turn

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not os.environ.get("VANGUARD_CLIENTS"),
        reason="LEFT OUT: the Gemini CLI is 100 MB; `make clients` runs it",
    ),
]

VANGUARD = Path(sys.executable).parent / "vanguard"
QUIET = {"privacy": {"usageStatisticsEnabled": False}, "general": {"enableAutoUpdate": False}}


def writing(file: Path):
    def play(question: Question) -> Turn:
        if "write_file" not in question.tools or question.results:
            return (Say("Written."),)
        return (Say("I write."), Call("write_file", {"file_path": str(file), "content": "two\n"}))

    return play


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("gemini-own", marks=proves("Gemini CLI", "write a file", "Google")),
        pytest.param("gpt-own", marks=proves("Gemini CLI", "write a file", "OpenAI chat")),
        pytest.param(
            "claude-own", marks=proves("Gemini CLI", "write a file", "Anthropic Messages")
        ),
    ],
)
def test_it_writes_a_file(stage: Stage, model: str) -> None:
    place = stage.place
    file = place.work / "note.txt"
    stage.model.reset(writing(file))
    place.environment |= {
        "VANGUARD_URL": stage.tap.base_url,
        "VANGUARD_API_KEY": stage.platform.key,
    }
    settings = place.home / ".gemini" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps(QUIET))
    written = place.run(VANGUARD, "connect", "gemini-cli", "--model", model, "--write")
    assert written.returncode == 0, written.stderr
    done = place.run(gemini_cli(), "-p", "Write the note", "--skip-trust", "--yolo")
    assert done.returncode == 0, done.stderr
    assert file.read_text() == "two\n", done.stdout + done.stderr
    assert "Written." in done.stdout
    assert {row["status"] for row in stage.rows()} == {"ok"}
