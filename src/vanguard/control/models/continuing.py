"""Says how a deployment's model is told to go on with a broken answer: from its settings, else the packaged list.

It does not know when that happens; the gateway does.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from vanguard.core.settings.tree import DeploymentSettings

Way = Literal["prefill", "continue_final_message"]


class _Row(BaseModel):
    """One row of `data/continuing.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    way: Way
    providers: list[str]
    models: list[str]
    source: Annotated[str, Field(pattern=r"^https://")]
    read: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


_rows = TypeAdapter(dict[str, list[_Row]])


@cache
def _packaged() -> list[_Row]:
    text = (files("vanguard") / "data" / "continuing.toml").read_text("utf-8")
    return _rows.validate_python(tomllib.loads(text))["rows"]


def continues_of(settings: DeploymentSettings) -> Way | Literal[""]:
    """How, empty where it cannot or nobody knows."""
    if settings.continues is not None:
        return "" if settings.continues == "never" else settings.continues
    for row in _packaged():
        if settings.provider in row.providers and any(
            fnmatchcase(settings.model, pattern) for pattern in row.models
        ):
            return row.way
    return ""
