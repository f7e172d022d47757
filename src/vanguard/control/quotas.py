"""Says how a deployment's account is counted: from its settings, its provider's row and the packaged list.

It does not know what is left of a quota; the gateway learns that.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from vanguard.control.providers import ProviderRow
from vanguard.core.settings.tree import DeploymentSettings
from vanguard.snapshot.model import Quota


class _Rate(BaseModel):
    """One row of `data/burndown.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: list[str]
    rate: Annotated[float, Field(ge=1)]
    source: Annotated[str, Field(pattern=r"^https://")]
    read: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


_rates = TypeAdapter(dict[str, list[_Rate]])


@cache
def _packaged() -> list[_Rate]:
    text = (files("vanguard") / "data" / "burndown.toml").read_text("utf-8")
    return _rates.validate_python(tomllib.loads(text))["rates"]


def output_burndown(model: str) -> float:
    """What one output token of an upstream model takes of a quota that is settled by use."""
    for row in _packaged():
        if any(fnmatchcase(model, pattern) for pattern in row.models):
            return row.rate
    return 1.0


def quota_of(settings: DeploymentSettings, row: ProviderRow) -> Quota | None:
    """The quota of a deployment; None when it is counted in the usual way and nothing is known of it."""
    own = settings.quota
    counting = (own.counting if own is not None else None) or row.quota_counting
    if own is None and counting == "asked":
        return None
    burndown = own.output_burndown if own is not None else None
    if burndown is None:
        burndown = output_burndown(settings.model) if counting == "reserved" else 1.0
    return Quota(
        requests_per_minute=own.requests_per_minute if own else None,
        tokens_per_minute=own.tokens_per_minute if own else None,
        input_tokens_per_minute=own.input_tokens_per_minute if own else None,
        output_tokens_per_minute=own.output_tokens_per_minute if own else None,
        counting=counting,
        output_burndown=burndown,
    )
