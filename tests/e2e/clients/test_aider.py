"""Aider from its own package, headless, against a model of its own dialect and foreign ones.

It brings two thirds of a gigabyte along, so it is run where somebody asks for it: `make clients`.
"""

from __future__ import annotations

import os

import pytest

from support.clients.matrix import proves
from support.clients.packages import AIDER, python_package
from support.clients.stage import Stage
from support.clients.turns import Say, by_prompt, steps

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not os.environ.get("VANGUARD_CLIENTS"),
        reason="LEFT OUT: Aider is 700 MB; `make clients` runs it",
    ),
]

# the format that Aider asks for: a file's name, then what to search and what to put there
EDIT = """note.txt
```
<<<<<<< SEARCH
one
=======
two
>>>>>>> REPLACE
```
"""


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("openai/gpt-own", marks=proves("Aider", "edit", "OpenAI chat")),
        pytest.param("openai/gpt-foreign", marks=proves("Aider", "edit", "Anthropic Messages")),
        pytest.param("anthropic/claude-own", marks=proves("Aider", "edit", "Anthropic Messages")),
        pytest.param("anthropic/claude-foreign", marks=proves("Aider", "edit", "OpenAI chat")),
    ],
)
def test_it_edits_a_file(stage: Stage, model: str) -> None:
    stage.model.reset(by_prompt({"Change one to two": steps((Say(EDIT),))}))
    stage.place.environment |= {
        "OPENAI_API_BASE": f"{stage.tap.base_url}/v1",
        "OPENAI_API_KEY": stage.platform.key,
        "ANTHROPIC_API_BASE": stage.tap.base_url,
        "ANTHROPIC_API_KEY": stage.platform.key,
        # without it the library under Aider fetches a list of prices when it is imported
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "AIDER_ANALYTICS": "false",
        "AIDER_CHECK_UPDATE": "false",
    }
    # nothing turns off its own fetching of that list but a copy that is fresh
    prices = stage.place.home / ".aider/caches/model_prices_and_context_window.json"
    prices.parent.mkdir(parents=True)
    prices.write_text('{"gpt-own": {"max_tokens": 8192, "litellm_provider": "openai"}}')
    file = stage.place.work / "note.txt"
    file.write_text("one\n")
    done = stage.place.run(
        python_package(AIDER) / "aider",
        *("--model", model, "--edit-format", "diff", "--no-git", "--yes-always"),
        *("--no-show-model-warnings", "--no-pretty", "--map-tokens", "0"),
        *("--message", "Change one to two", "note.txt"),
    )
    assert file.read_text() == "two\n", done.stdout + done.stderr
    assert [row["status"] for row in stage.rows()] == ["ok"]
