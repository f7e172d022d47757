"""Adds the console to the control process's web application.

It does not know control: it is given an address, a key and a question about sessions. NiceGUI keeps
its application in a global, so that a process can mount one console only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Scope

from vanguard.console.assets import read_asset
from vanguard.console.client import PlatformClient
from vanguard.console.desk.files import DeskFiles
from vanguard.console.desk.page import ElementPage
from vanguard.console.feed import Feed
from vanguard.console.gate import Gate, is_console
from vanguard.console.login import LoginPage
from vanguard.console.page import ConsolePage
from vanguard.console.session import session_of
from vanguard.core.clock import SystemClock

RECONNECT_S = 15.0


def mount(
    app: FastAPI,
    *,
    gateway_url: str,
    gateway_certificate: str = "",
    admin_key: str,
    session_valid: Callable[[str], bool],
) -> None:
    """Serves `/login` and the pages from an application; call it after all other routes are added.

    Args:
        app: the application; its own routes go first.
        gateway_url: where the console asks for everything it shows, `http://127.0.0.1:PORT`.
        gateway_certificate: path of the certificate that it shows; empty for plain HTTP.
        admin_key: stays in this process.
        session_valid: whether the value of a `vanguard_session` cookie is that of an open session;
            called on the event loop at every page, message and refresh, so it must be quick.
    """
    client = PlatformClient(gateway_url, admin_key, gateway_certificate)
    feed = Feed(client, SystemClock())

    @ui.page("/", title="Vanguard")
    def console(request: Request) -> None:
        ConsolePage(feed, client, session_of(request.scope["headers"], session_valid))

    files = DeskFiles()

    @ui.page("/documents", title="Documents · Vanguard")
    def documents(request: Request) -> None:
        ElementPage("/documents", files, session_of(request.scope["headers"], session_valid))

    @ui.page("/desk", title="Correction desk · Vanguard")
    def desk(request: Request) -> None:
        ElementPage("/desk", files, session_of(request.scope["headers"], session_valid))

    app.add_route("/login", LoginPage(session_valid).show, include_in_schema=False)
    app.add_route(DeskFiles.ROUTE, files.show, include_in_schema=False)
    _close_with(app, client)
    ui.run_with(
        app,
        mount_path="/",
        title="Vanguard",
        favicon=read_asset("mark.svg"),
        dark=None,
        language="en-US",
        tailwind=False,
        reconnect_timeout=RECONNECT_S,
        show_welcome_message=False,
    )
    nicegui_app.add_middleware(Gate, is_valid=session_valid)
    routes = app.router.routes
    routes[-1] = _ConsoleMount("", app=nicegui_app)


class _ConsoleMount(Mount):
    """Takes the console's paths only: a plain mount at the root would take every path.

    So a misspelt path of the API, or one asked with a wrong method, meets the application's own
    404 and 405 and no web page.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As a mount's, for the console's paths."""
        if scope["type"] in {"http", "websocket"} and not is_console(scope["path"]):
            return Match.NONE, {}
        return super().matches(scope)


def _close_with(app: FastAPI, client: PlatformClient) -> None:
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(_app: ASGIApp) -> AsyncIterator[Any]:
        async with before(app) as state:
            yield state
        await client.close()

    app.router.lifespan_context = lifespan
