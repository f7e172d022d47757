"""The tests inside the SDKs' own source distributions, sent through the gateway.

They are fetched and built anew, so they are run where somebody asks for it: `make clients`.
"""

from __future__ import annotations

import os

import pytest

from support.clients.matrix import proves
from support.clients.sdk_suites import KeyTap, run
from support.clients.stage import Stage
from support.clients.turns import Say, steps

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not os.environ.get("VANGUARD_CLIENTS"),
        reason="LEFT OUT: source distributions are fetched and built; `make clients` runs them",
    ),
]


@pytest.mark.parametrize(
    ("suite", "base", "least"),
    [
        pytest.param(
            *("openai", "/v1", 75), marks=proves("OpenAI SDK", "its own test suite", "OpenAI chat")
        ),
        pytest.param(
            *("anthropic", "", 105),
            marks=proves("Anthropic SDK", "its own test suite", "Anthropic Messages"),
        ),
    ],
)
def test_the_suite_passes(stage: Stage, suite: str, base: str, least: int) -> None:
    stage.model.reset(steps((Say("Hello."),)))
    with KeyTap(stage.platform.base_url, stage.platform.key) as tap:
        passed, shown = run(suite, tap.base_url + base)
        assert passed >= least, shown
        asked = [one.asked.path.partition("?")[0] for one in tap.passed]
    # most cases are one request; were they answered by something else, none would be here
    assert len(asked) >= least * 3 // 4
