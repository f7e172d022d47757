from __future__ import annotations

from nicegui import ui
from nicegui.client import Client

from vanguard.console.header import PLACES, build_header


def test_the_page_that_is_open_is_told(sheet: Client) -> None:
    build_header("/desk")
    links = [e for e in sheet.elements.values() if isinstance(e, ui.link)]
    assert {link.props["href"]: link.text for link in links} == PLACES
    assert [link.props["href"] for link in links if "aria-current" in link.props] == ["/desk"]
