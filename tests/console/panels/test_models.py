from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from nicegui.client import Client

from vanguard.console.feed import Overview
from vanguard.console.panels.models import ModelsPanel, model_row
from vanguard.console.records import Deployment, Model, Price

MODEL = Model(
    "sonnet",
    aliases=("claude-*",),
    deployments=(
        Deployment("a", "anthropic", "claude", Price("p", 3_000_000, 15_000_000), 200_000),
        Deployment("b", "openai", "mine"),
    ),
)
EMPTY = Overview(at=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_row_tells_every_deployment_in_its_order() -> None:
    assert model_row(MODEL) == {
        "id": "sonnet",
        "name": "sonnet",
        "aliases": ["claude-*"],
        "kind": "chat",
        "places": ["anthropic · claude · 200.0k context", "openai · mine"],
        "prices": ["$3.00 in · $15.00 out", "price unknown"],
    }


def test_words_for_none(sheet: Client) -> None:
    panel = ModelsPanel()
    panel.update(EMPTY)
    assert panel._table._words.text == "Asking …"
    panel.update(replace(EMPTY, problems={"models": "locked"}))
    assert panel._table._words.text == "locked"
    panel.update(replace(EMPTY, models=()))
    assert panel._table._words.text.startswith("No models yet")
    panel.update(replace(EMPTY, models=(MODEL,)))
    assert len(panel._table._table.rows) == 1
