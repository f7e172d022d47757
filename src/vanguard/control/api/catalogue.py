"""Routes that show models, deployments and providers. It does not know where they come from."""

from __future__ import annotations

from fastapi import APIRouter

from vanguard.control.api.access import Actor, Service
from vanguard.control.api.schemas import (
    Deployments,
    ModelOut,
    Models,
    ProviderOut,
    Providers,
    deployment_out,
)
from vanguard.control.catalogue import Catalogue
from vanguard.control.providers import provider_rows

router = APIRouter(prefix="/api", tags=["models"])


@router.get("/models")
def list_models(service: Service, _actor: Actor) -> Models:
    """Public names with the deployments behind them, in the order in which they are tried."""
    catalogue = service.catalogue
    return Models(
        data=[
            ModelOut(
                name=model.name,
                kind=model.kind,
                aliases=_aliases(catalogue, model.name),
                guardrails=list(model.policies),
                deployments=[
                    deployment_out(catalogue.deployments[id_]) for id_ in model.deployments
                ],
            )
            for model in catalogue.models.values()
        ]
    )


@router.get("/deployments")
def list_deployments(service: Service, _actor: Actor) -> Deployments:
    """Every place that serves a model."""
    found = service.catalogue.deployments.values()
    return Deployments(data=[deployment_out(deployment) for deployment in found])


@router.get("/providers")
def list_providers(_actor: Actor) -> Providers:
    """The rows that settings may name."""
    return Providers(
        data=[
            ProviderOut(
                name=name,
                dialect=row.dialect,
                base_url=row.base_url or None,
                env=row.env or None,
                has_prices=bool(row.prices),
                docs=row.docs,
            )
            for name, row in provider_rows().items()
        ]
    )


def _aliases(catalogue: Catalogue, model: str) -> list[str]:
    exact = [name for name, of in catalogue.names.items() if of == model and name != model]
    return exact + [pattern for pattern, of in catalogue.patterns if of == model]
