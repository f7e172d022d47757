"""Reads the provider rows: who speaks which dialect where, and how a credential is carried.

It does not know any provider by name.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from vanguard.snapshot.model import QuotaCounting


class ProviderRow(BaseModel):
    """One provider; the fields are described at the top of `data/providers.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialect: str
    docs: Annotated[str, Field(pattern=r"^https://")]
    base_url: Annotated[str, Field(pattern=r"^(|https?://.+[^/])$")] = ""
    auth_header: Annotated[str, Field(pattern=r"^[a-z0-9-]*$")] = ""
    auth_prefix: str = ""
    env: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9_]*)?$")] = ""
    headers: dict[str, str] = {}
    cloud: Literal["", "aws", "google", "azure"] = ""
    paths: dict[str, str] = {}
    anthropic_version: str = ""
    prices: str = ""
    facts: str = ""
    counts_tokens: bool = False
    quota_counting: QuotaCounting = "asked"
    also: tuple[str, ...] = ()


_rows = TypeAdapter(dict[str, ProviderRow])


@cache
def provider_rows() -> dict[str, ProviderRow]:
    """All rows by name, in the order of the file."""
    text = (files("vanguard") / "data" / "providers.toml").read_text("utf-8")
    return _rows.validate_python(tomllib.loads(text))
