from __future__ import annotations

from nicegui import ui
from nicegui.client import Client

from vanguard.console.chat.bubble import Bubble


def drawn(bubble: Bubble) -> list[tuple[str, str]]:
    """(first class, text) of what stands in a bubble's body."""
    body = bubble.element.default_slot.children[0]
    labels = [child for child in body.default_slot.children if isinstance(child, ui.label)]
    return [(label.classes[0], label.text) for label in labels]


def test_prose_and_code_as_text(sheet: Client) -> None:
    bubble = Bubble("assistant")
    bubble.show("<b>x</b>\n```py\n1\n```")
    assert drawn(bubble) == [("vg-prose", "<b>x</b>"), ("vg-code", "1")]


def test_growing_keeps_the_elements_that_are_there(sheet: Client) -> None:
    bubble = Bubble("assistant")
    bubble.show("a\n```\n1")
    before = list(bubble.element.default_slot.children[0].default_slot.children)
    bubble.show("a\n```\n1\n2\n```\nb")
    after = list(bubble.element.default_slot.children[0].default_slot.children)
    assert after[:2] == before
    assert drawn(bubble) == [("vg-prose", "a"), ("vg-code", "1\n2"), ("vg-prose", "b")]


def test_a_block_that_turns_out_to_be_another(sheet: Client) -> None:
    bubble = Bubble("assistant")
    bubble.show("``")
    bubble.show("```")
    bubble.show("```\nx")
    assert drawn(bubble) == [("vg-code", "x")]


def test_notes_and_busy(sheet: Client) -> None:
    bubble = Bubble("user")
    note = bubble.element.default_slot.children[1]
    assert isinstance(note, ui.label)
    assert not note.visible
    bubble.note("no", bad=True)
    assert (note.text, note.visible, "vg-bad" in note.classes) == ("no", True, True)
    bubble.note("")
    assert not note.visible
    bubble.busy(True)
    assert "vg-busy" in bubble.element.classes
    bubble.busy(False)
    assert "vg-busy" not in bubble.element.classes
