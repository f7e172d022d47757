from __future__ import annotations

from nicegui import ui
from nicegui.client import Client

from vanguard.console.panels.card import TableView, card, column


def test_a_card_has_a_heading(sheet: Client) -> None:
    with card("Things"):
        ui.label("inside")
    texts = [e.text for e in sheet.elements.values() if isinstance(e, ui.label)]
    assert texts == ["Things", "inside"]


def test_words_stand_in_for_rows(sheet: Client) -> None:
    view = TableView([column("a", "A")], {"a": "{{ props.value }}"})
    view.show([], "nothing yet")
    assert (view._words.text, view._words.visible, view._table.visible) == (
        "nothing yet",
        True,
        False,
    )
    view.show([{"id": 1, "a": "x"}], "nothing yet")
    assert (view._words.visible, view._table.visible) == (False, True)
    assert view._table.rows == [{"id": 1, "a": "x"}]


def test_the_same_rows_are_not_sent_again(sheet: Client) -> None:
    view = TableView([column("a", "A")], {})
    view.show([{"id": 1, "a": "x"}], "")
    sheet.outbox.updates.clear()
    view.show([{"id": 1, "a": "x"}], "")
    assert not sheet.outbox.updates
    view.show([{"id": 1, "a": "y"}], "")
    assert sheet.outbox.updates


def test_numbers_stand_right() -> None:
    assert column("a", "A", right=True)["align"] == "right"
