"""Renders every error in the API's one envelope. It does not know why something failed."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from vanguard.core.errors import (
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    RouteNotFound,
    VanguardError,
)
from vanguard.core.ids import new_id

_log = logging.getLogger(__name__)


def add_error_handlers(app: FastAPI) -> None:
    """Makes the app answer errors of the tree, of validation, of routing, and defects."""
    app.add_exception_handler(VanguardError, _on_own)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_defect)


def render(
    request: Request, error: VanguardError, status: int = 0, beside: Mapping[str, Any] | None = None
) -> JSONResponse:
    """The answer that an error becomes; `status` instead of the tree's, when given.

    `beside` stands next to the error: what is there instead of what was asked for.
    """
    request_id = request.headers.get("x-request-id") or new_id("req")
    content = {
        **(beside or {}),
        "error": {
            "code": error.code,
            "message": error.message,
            "param": error.param,
            "request_id": request_id,
        },
    }
    headers = {"x-request-id": request_id}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(math.ceil(error.retry_after_s))
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(content, status or error.status, headers)


async def _on_own(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, VanguardError)  # noqa: S101 - for the type checker
    if error.status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, error.message)
    return render(request, error)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    param = ".".join(place) or None
    where = f"{param}: " if param else ""
    return render(request, InvalidRequest(f"{where}{first['msg']}", param=param))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
    path = request.url.path
    if error.status_code == 404:
        return render(request, RouteNotFound(f"there is no {path}"))
    if error.status_code == 405:
        return render(request, MethodNotAllowed(f"{path} does not take {request.method}"))
    return render(request, InvalidRequest(str(error.detail)), error.status_code)


async def _on_defect(request: Request, error: Exception) -> JSONResponse:
    answer = render(request, InternalError("a defect; the log has it under the request id"))
    _log.error(
        "%s %s failed (%s)",
        request.method,
        request.url.path,
        answer.headers["x-request-id"],
        exc_info=error,
    )
    # uvicorn ends the connection after a defect: who keeps it open would lose their next request
    answer.headers["connection"] = "close"
    return answer
