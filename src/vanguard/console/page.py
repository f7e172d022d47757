"""The console's one page: puts the panels together and keeps them fresh.

It does not know how figures are fetched, nor what a panel shows.
"""

from __future__ import annotations

from nicegui import ui

from vanguard.console.assets import read_asset
from vanguard.console.chat.panel import ChatPanel
from vanguard.console.client import PlatformClient
from vanguard.console.feed import Feed, Overview
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
        ui.colors(primary="#4f46e5", positive="#15803d", negative="#b42318", warning="#b45309")
        ui.add_head_html(f"<style>{read_asset('console.css')}</style>")
        ui.add_head_html(f"<script>{read_asset('console.js')}</script>")
        with ui.element("div").classes("vg-page"):
            self._build_header()
            with ui.element("main").classes("vg-main"):
                vitals = VitalsPanel()
                self._chat = ChatPanel(client, session)
                with ui.element("div").classes("vg-tables"):
                    requests, spend, models = RequestsPanel(), SpendPanel(), ModelsPanel()
        self._panels = (vitals, requests, spend, models, self._chat)
        self._timer = ui.timer(REFRESH_S, self._refresh)
        ui.context.client.on_delete(self._chat.stop)

    def _build_header(self) -> None:
        with ui.element("header").classes("vg-header"):
            ui.html(read_asset("mark.svg"), sanitize=False)  # a file of ours
            ui.label("Vanguard").classes("vg-brand").props('role="heading" aria-level="1"')
            self._version = ui.label("").classes("vg-version")
            ui.element("div").classes("vg-space")
            theme = ui.button(icon="contrast", color=None).props("flat dense round")
            theme.props('aria-label="Switch between dark and light"')
            theme.on("click", js_handler="() => vanguardConsole.switchTheme()")
            leave = ui.button("Sign out", color=None).props("flat dense no-caps")
            leave.on("click", js_handler="() => vanguardConsole.signOut()")

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
