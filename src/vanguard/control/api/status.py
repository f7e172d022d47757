"""Routes of the control process itself: how it is, and reading the settings again.

It does not know what the settings say.
"""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from vanguard.control.api.access import Actor, Service
from vanguard.control.api.errors import render
from vanguard.control.api.schemas import (
    ErrorOut,
    IngestOut,
    Reloaded,
    Status,
    WorkerOut,
    engine_out,
    moment,
)
from vanguard.core.errors import SettingsError
from vanguard.store.keys import all_keys

router = APIRouter(prefix="/api", tags=["status"])


@router.get("/status")
def read_status(service: Service, _actor: Actor) -> Status:
    """Versions, counts, the engine, and how far the usage journals are read."""
    now_ms = service.clock.now_ms()
    with service.database.read() as connection:
        live = sum(key.is_live(now_ms) for key in all_keys(connection))
    ingest = service.ingest
    return Status(
        version=version("vanguard-ai"),
        started_at=moment(service.started_at_ms),
        snapshot_version=service.publisher.version,
        keys=live,
        models=len(service.catalogue.models),
        engine=engine_out(service.engine),
        ingest=IngestOut(
            workers={
                name: WorkerOut(offset=found.offset, lag_bytes=found.lag_bytes)
                for name, found in sorted(ingest.progress.items())
            },
            skipped_lines=ingest.skipped_lines,
            last_error=ingest.last_error or None,
        ),
        documents=service.documents.counts(),
    )


@router.post("/reload", response_model=Reloaded, responses={400: {"model": ErrorOut}})
def reload(request: Request, service: Service, _actor: Actor) -> Reloaded | JSONResponse:
    """Takes up a changed settings file, or refuses it whole and keeps the old settings."""
    try:
        published = service.reload()
    except SettingsError as error:
        return render(request, error, status=400)
    return Reloaded(
        snapshot_version=published,
        models=list(service.catalogue.models),
        warnings=list(service.loaded.warnings),
        restart_for=service.changed_for_a_start,
    )
