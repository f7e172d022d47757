"""`vanguard models`.

It does not know the settings; it speaks to the management API through the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vanguard.cli.connect import connect, platform_options
from vanguard.cli.output import count, print_json, print_table

if TYPE_CHECKING:
    from vanguard.sdk.values import Deployment, ModelInfo, Price, Provider


@click.command()
@click.option("--providers", is_flag=True, help="The providers that settings may name instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@platform_options
def models(providers: bool, as_json: bool, url: str | None, home: str | None) -> int:
    """List the models that clients can ask for.

    Prices are in US dollars for a million tokens, input / output. Without an admin key the names
    alone are shown.
    """
    with connect(url, home) as client:
        if providers:
            _show_providers(client.providers(), as_json=as_json)
        else:
            _show_models(client.models(), as_json=as_json)
    return 0


def _show_models(found: tuple[ModelInfo, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    columns = ("NAME", "KIND", "ALIASES", "DEPLOYMENT", "PRICE", "CONTEXT")
    rows = [row for model in found for row in _model_rows(model)]
    print_table(columns, rows, numbers=frozenset({"PRICE", "CONTEXT"}))


def _model_rows(model: ModelInfo) -> list[tuple[str, ...]]:
    """One line for each deployment; the model's own facts stand on the first."""
    head = (model.name, model.kind, " ".join(model.aliases))
    if not model.deployments:
        return [(*head, "", "", "")]
    return [
        (*(head if place == 0 else (model.name, "", "")), *_deployment_cells(deployment))
        for place, deployment in enumerate(model.deployments)
    ]


def _deployment_cells(deployment: Deployment) -> tuple[str, str, str]:
    where = f"{deployment.provider}: {deployment.model}"
    return (where, _price(deployment.price), count(deployment.context_tokens))


def _price(price: Price | None) -> str:
    from vanguard.core.money import usd  # noqa: PLC0415 - not for --help

    if price is None:
        return "unknown"
    rates = (price.input_usd_micros_per_mtok, price.output_usd_micros_per_mtok)
    if not any((*rates, price.request_usd_micros)):
        return "free"
    return " / ".join(usd(rate) for rate in rates)


def _show_providers(found: tuple[Provider, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    rows = [
        (
            provider.name,
            provider.dialect,
            provider.base_url or "",
            provider.env or "",
            "yes" if provider.has_prices else "no",
        )
        for provider in found
    ]
    print_table(("NAME", "DIALECT", "URL", "KEY IN", "PRICES"), rows)
