"""Stands before every console page and socket: only a signed-in browser of this site gets through.

It does not know pages. It wraps the ASGI application that serves them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vanguard.console.session import IsValid, Session, session_of
from vanguard.core.errors import Forbidden, RouteNotFound, Unauthenticated, VanguardError
from vanguard.core.ids import new_id

SOCKET = "/_nicegui_ws/"
ASSETS = "/_nicegui/"
VIEWS = frozenset({"/", "/desk", "/documents"})
PAGES = VIEWS | {"/favicon.ico"}
SECURITY_HEADERS = {
    # Vue compiles its templates in the page and NiceGUI evaluates what it is sent: hence the two
    # "unsafe"; what matters here is that nothing is loaded from, or sent to, another place.
    "content-security-policy": (
        "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
_POLICY_VIOLATION = 1008


def is_console(path: str) -> bool:
    """Whether a path is one of the console's: a page, a file of its library, or its socket."""
    return path in PAGES or path.startswith((ASSETS, SOCKET))


class Gate:
    """ASGI middleware.

    Other paths than the console's are answered with the API's 404. A socket is asked for its session at its start and at every message, so that
    a session that has ended acts no more.
    """

    def __init__(self, app: ASGIApp, is_valid: IsValid) -> None:
        self._app = app
        self._is_valid = is_valid

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request or a socket on, or answers it here."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            refusal = self._refusal(scope)
        except VanguardError as error:  # the session cannot be asked for: nobody gets in
            refusal = _problem(error)
        if refusal is not None:
            await refusal(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(k.encode(), v.encode()) for k, v in SECURITY_HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        path, headers = scope["path"], Headers(scope=scope)
        if not is_console(path):
            return _problem(RouteNotFound(f"there is no {path}"))
        if path.startswith(ASSETS):
            return None  # the library's own files, the same for everybody
        if path.startswith(SOCKET) and not same_site(headers, origin_needed=False):
            return _problem(Forbidden("the console's socket is for its own pages"))
        if self._session(scope).holds():
            return None
        if path in VIEWS:
            return RedirectResponse("/login", 303, {"cache-control": "no-store"})
        return _problem(Unauthenticated("sign in to the console"))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._session(scope)
        allowed = scope["path"].startswith(SOCKET) and same_site(
            Headers(scope=scope), origin_needed=True
        )
        if not (allowed and session.holds()):
            await receive()  # the connect event
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return

        async def receive_guarded() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and not session.holds():
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
                return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
            return message

        await self._app(scope, receive_guarded, send)

    def _session(self, scope: Scope) -> Session:
        return session_of(scope["headers"], self._is_valid)


def same_site(headers: Headers, *, origin_needed: bool) -> bool:
    """Whether a request comes from a page of this very host and port.

    A cross-site page cannot forge `Origin`, nor add headers to a socket's upgrade. The scheme is not
    compared: TLS may end before us. Browsers send `Origin` with every socket, but not with every
    same-origin request, so that only sockets must have one.
    """
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return not origin_needed
    try:
        parts = urlsplit(origin)
        asked = urlsplit(f"//{headers.get('x-forwarded-host', headers.get('host', ''))}")
        default = {"http": 80, "https": 443}.get(parts.scheme)
        return bool(parts.hostname) and (parts.hostname, parts.port or default) == (
            asked.hostname,
            asked.port or default,
        )
    except ValueError:
        return False


def _problem(error: VanguardError) -> Response:
    request_id = new_id("req")
    body = {
        "code": error.code,
        "message": error.message,
        "param": error.param,
        "request_id": request_id,
    }
    return Response(
        msgspec.json.encode({"error": body}),
        error.status,
        {"x-request-id": request_id},
        "application/json",
    )
