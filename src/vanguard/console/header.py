"""The head of every page of the console: name, ways to the other pages, theme, signing out.

It does not know what stands below it.
"""

from __future__ import annotations

from nicegui import ui

from vanguard.console.assets import read_asset

PLACES = {"/": "Overview", "/documents": "Documents", "/desk": "Correction desk"}


def build_header(current: str) -> ui.label:
    """Style, script and head of the page at `current`; gives back the label of the version."""
    ui.colors(primary="#4f46e5", positive="#15803d", negative="#b42318", warning="#b45309")
    ui.add_head_html(f"<style>{read_asset('console.css')}</style>")
    ui.add_head_html(f"<script>{read_asset('console.js')}</script>")
    with ui.element("header").classes("vg-header"):
        ui.html(read_asset("mark.svg"), sanitize=False)  # a file of ours
        ui.label("Vanguard").classes("vg-brand").props('role="heading" aria-level="1"')
        version = ui.label("").classes("vg-version")
        with ui.element("nav").classes("vg-nav").props('aria-label="Pages"'):
            for path, name in PLACES.items():
                link = ui.link(name, path)
                if path == current:
                    link.props('aria-current="page"')
        ui.element("div").classes("vg-space")
        theme = ui.button(icon="contrast", color=None).props("flat dense round")
        theme.props('aria-label="Switch between dark and light"')
        theme.on("click", js_handler="() => vanguardConsole.switchTheme()")
        leave = ui.button("Sign out", color=None).props("flat dense no-caps")
        leave.on("click", js_handler="() => vanguardConsole.signOut()")
    return version
