"""A page whose inside is an element of the browser's own, which talks to `/api` as the signed-in user.

It does not know what the element does.
"""

from __future__ import annotations

from nicegui import ui

from vanguard.console.desk.files import DeskFiles
from vanguard.console.header import build_header
from vanguard.console.session import Session

ASKED_S = 3.0
ELEMENTS = {"/desk": ("vg-desk", "desk.js"), "/documents": ("vg-documents", "documents.js")}


class ElementPage:
    """One open page of one signed-in browser."""

    def __init__(self, path: str, files: DeskFiles, session: Session) -> None:
        self._path = path
        self._session = session
        element, script = ELEMENTS[path]
        ui.add_head_html(f'<link rel="stylesheet" href="{files.address("desk.css")}">')
        ui.add_head_html(f'<script type="module" src="{files.address(script)}"></script>')
        with ui.element("div").classes("vg-page"):
            build_header(path)
            ui.element(element)
        self._timer = ui.timer(ASKED_S, self._ask)

    def _ask(self) -> None:
        """A session that has ended shows nothing more; the way back is kept by the browser."""
        if not self._session.holds():
            self._timer.deactivate()
            ui.run_javascript("vanguardConsole.comeBack()")
