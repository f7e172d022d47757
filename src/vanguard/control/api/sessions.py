"""Routes that open and close a console session. It does not know pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from vanguard.control.api.access import (
    COOKIE,
    Actor,
    LoginGuard,
    Service,
    csrf_token,
    is_admin_key,
)
from vanguard.control.api.schemas import LoggedIn, Login
from vanguard.core.errors import Unauthenticated

router = APIRouter(prefix="/api", tags=["console"])


@router.post("/login")
def login(body: Login, request: Request, response: Response, service: Service) -> LoggedIn:
    """Turns the admin key into a session cookie that scripts of the page cannot read."""
    guard: LoginGuard = request.app.state.login_guard
    address = request.client.host if request.client else "unknown"
    guard.check(address)
    if not is_admin_key(service, body.key.strip()):
        guard.failed(address)
        raise Unauthenticated("this is not the admin key", param="key")
    lasts_s = int(service.loaded.settings.admin.session_hours * 3600)
    token = service.sessions.open(lasts_s * 1000)
    response.set_cookie(
        COOKIE,
        token,
        max_age=lasts_s,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return LoggedIn(csrf_token=csrf_token(token))


@router.get("/session")
def read_session(request: Request, _actor: Actor) -> LoggedIn:
    """The CSRF token again, for a page that was loaded anew."""
    return LoggedIn(csrf_token=csrf_token(request.cookies.get(COOKIE, "")))


@router.post("/logout", status_code=204)
def logout(request: Request, response: Response, service: Service, _actor: Actor) -> None:
    """Ends the session."""
    service.sessions.close(request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
