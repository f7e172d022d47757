"""The table of models: what clients may ask for, where it is served and what it costs.

It does not know the settings.
"""

from __future__ import annotations

from vanguard.console import wording
from vanguard.console.feed import Overview
from vanguard.console.panels.card import Row, TableView, card, column
from vanguard.console.records import Deployment, Model

_NO_MODELS = (
    "No models yet: name one in vanguard.yaml and run “vanguard reload”, or wait for the embedded "
    "engine to load its own."
)
_NAME = """<div class="vg-name" dir="auto">{{ props.row.name }}</div>
<span v-for="alias in props.row.aliases" :key="alias" class="vg-chip">{{ alias }}</span>"""
_LINES = '<div v-for="(line, i) in props.value" :key="i" dir="auto">{{ line }}</div>'


def model_row(model: Model) -> Row:
    """One model as a row of the table; deployments stand in the order in which they are tried."""
    return {
        "id": model.name,
        "name": model.name,
        "aliases": list(model.aliases),
        "kind": model.kind,
        "places": [_place(deployment) for deployment in model.deployments],
        "prices": [wording.price(deployment.price) for deployment in model.deployments],
    }


def _place(deployment: Deployment) -> str:
    words = f"{deployment.provider} · {deployment.model}"
    if deployment.context_tokens:
        words += f" · {wording.tokens(deployment.context_tokens)} context"
    return words


class ModelsPanel:
    """All models."""

    def __init__(self) -> None:
        columns = [
            column("name", "Model"),
            column("kind", "Kind"),
            column("places", "Served by"),
            column("prices", "Price per million tokens"),
        ]
        with card("Models"):
            self._table = TableView(columns, {"name": _NAME, "places": _LINES, "prices": _LINES})

    def update(self, overview: Overview) -> None:
        """Shows an overview."""
        if overview.models is None:
            self._table.show([], overview.problems.get("models", "Asking …"))
            return
        self._table.show([model_row(model) for model in overview.models], _NO_MODELS)
