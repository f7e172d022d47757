"""What every part of the tree of settings is made of.

It does not know any setting.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

REFERENCE_PATTERN = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$"

Reference = Annotated[str, Field(pattern=REFERENCE_PATTERN)]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]


ProxyUrl = Annotated[
    str,
    Field(pattern=r"^(none|env:[A-Za-z_][A-Za-z0-9_]*|file:.+|https?://[^@/?#\s]+/?)$"),
]


class Section(BaseModel):
    """A part of the tree: closed, so that a misspelt field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
