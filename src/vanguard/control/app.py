"""Builds the web application of the management API.

It does not know sockets, processes or the console's pages; those are added where it is run.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI

from vanguard.control.api import catalogue, keys, sessions, status, usage
from vanguard.control.api.access import Actor, LoginGuard
from vanguard.control.api.address import storable_address
from vanguard.control.api.documents import routes as documents
from vanguard.control.api.errors import add_error_handlers
from vanguard.control.api.review import routes as review
from vanguard.control.api.schemas import ErrorOut
from vanguard.control.service import ControlService


def create_app(service: ControlService) -> FastAPI:
    """The application for a service that is, or will be, started."""
    app = FastAPI(
        title="Vanguard management API",
        version=version("vanguard-ai"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(storable_address)],
        responses={"4XX": {"model": ErrorOut}, "5XX": {"model": ErrorOut}},
    )
    app.state.control = service
    app.state.login_guard = LoginGuard(service.clock)
    add_error_handlers(app)
    for part in (keys, catalogue, usage, status, sessions, review, documents):
        app.include_router(part.router)

    @app.get("/api/openapi.json", include_in_schema=False)
    def openapi(_actor: Actor) -> dict[str, Any]:
        return app.openapi()

    return app
