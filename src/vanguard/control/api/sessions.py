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
    new_session_token,
)
from vanguard.control.api.schemas import LoggedIn, Login
from vanguard.core.errors import Unauthenticated
from vanguard.core.ids import hash_secret
from vanguard.store.console import close_session, open_session

router = APIRouter(prefix="/api", tags=["console"])

_HOUR_MS = 3_600_000


@router.post("/login")
def login(body: Login, request: Request, response: Response, service: Service) -> LoggedIn:
    """Turns the admin key into a session cookie that scripts of the page cannot read."""
    guard: LoginGuard = request.app.state.login_guard
    address = request.client.host if request.client else "unknown"
    guard.check(address)
    if not is_admin_key(service, body.key.strip()):
        guard.failed(address)
        raise Unauthenticated("this is not the admin key", param="key")
    token = new_session_token()
    now_ms = service.clock.now_ms()
    lasts_ms = int(service.loaded.settings.admin.session_hours * _HOUR_MS)
    with service.database.write() as connection:
        open_session(connection, hash_secret(token), now_ms, now_ms + lasts_ms)
    response.set_cookie(
        COOKIE,
        token,
        max_age=lasts_ms // 1000,
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
    token = request.cookies.get(COOKIE, "")
    with service.database.write() as connection:
        close_session(connection, hash_secret(token))
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
