"""The console's first page: puts the panels together and keeps them fresh.

It does not know how figures are fetched, nor what a panel shows.
"""

from __future__ import annotations

from nicegui import ui

from vanguard.console.chat.panel import ChatPanel
from vanguard.console.client import PlatformClient
from vanguard.console.feed import Feed, Overview
from vanguard.console.header import build_header
from vanguard.console.panels.models import ModelsPanel
from vanguard.console.panels.requests import RequestsPanel
from vanguard.console.panels.spend import SpendPanel
from vanguard.console.panels.vitals import VitalsPanel
from vanguard.console.session import Session

REFRESH_S = 3.0


class ConsolePage:
    """One open page of one signed-in browser."""

    def __init__(self, feed: Feed, client: PlatformClient, session: Session) -> None:
        self._feed = feed
        self._session = session
        with ui.element("div").classes("vg-page"):
            self._version = build_header("/")
            with ui.element("main").classes("vg-main"):
                vitals = VitalsPanel()
                self._chat = ChatPanel(client, session)
                with ui.element("div").classes("vg-tables"):
                    requests, spend, models = RequestsPanel(), SpendPanel(), ModelsPanel()
        self._panels = (vitals, requests, spend, models, self._chat)
        self._timer = ui.timer(REFRESH_S, self._refresh)
        ui.context.client.on_delete(self._chat.stop)

    async def _refresh(self) -> None:
        if not self._session.holds():
            self._leave()
            return
        overview = await self._feed.overview()
        if not ui.context.client.is_deleted:
            self._show(overview)

    def _show(self, overview: Overview) -> None:
        self._version.set_text(overview.status.version if overview.status else "")
        for panel in self._panels:
            panel.update(overview)

    def _leave(self) -> None:
        """The session has ended: nothing more is fetched or shown."""
        self._timer.deactivate()
        self._chat.stop()
        ui.navigate.to("/login")
