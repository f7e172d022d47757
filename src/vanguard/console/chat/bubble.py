"""Draws one message of the chat: prose and code as plain text, and a line about how it went.

It does not know where the text comes from. Text is set as text, never as HTML.
"""

from __future__ import annotations

from nicegui import ui

from vanguard.console.chat.blocks import Block, blocks


class Bubble:
    """One message on the page; made inside the element that shall hold it."""

    def __init__(self, role: str) -> None:
        who = "You" if role == "user" else "Model"
        self.element = ui.element("article").classes(f"vg-bubble vg-{role}")
        self.element.props(f'aria-label="{who}"')
        with self.element:
            self._body = ui.element("div").classes("vg-bubble-body")
            self._note = ui.label("").classes("vg-bubble-note")
        self._note.set_visibility(False)
        self._drawn: list[tuple[Block, ui.label]] = []

    def show(self, text: str) -> None:
        """Draws a text that has grown since the last time; only what changed is sent."""
        wanted = blocks(text)
        same = 0
        for (block, label), new in zip(self._drawn, wanted, strict=False):
            if (block.kind, block.language) != (new.kind, new.language):
                break
            if block.text != new.text:
                label.set_text(new.text)
            self._drawn[same] = (new, label)
            same += 1
        for _, label in self._drawn[same:]:
            label.delete()
        del self._drawn[same:]
        with self._body:
            self._drawn += [(block, _draw(block)) for block in wanted[same:]]

    def note(self, words: str, *, bad: bool = False) -> None:
        """Says something about the message below it; empty takes it away."""
        self._note.set_text(words)
        self._note.set_visibility(bool(words))
        self._note.classes(**({"add": "vg-bad"} if bad else {"remove": "vg-bad"}))
        if bad:
            self._note.props('role="alert"')

    def busy(self, busy: bool) -> None:
        """Shows or hides the sign that more is coming."""
        self.element.classes(**({"add": "vg-busy"} if busy else {"remove": "vg-busy"}))
        self.element.props(f"aria-busy={'true' if busy else 'false'}")

    def delete(self) -> None:
        """Takes it off the page."""
        self.element.delete()


def _draw(block: Block) -> ui.label:
    label = ui.label(block.text)
    if block.kind == "code":
        return label.classes("vg-code").props('dir="ltr" tabindex="0"')
    return label.classes("vg-prose").props('dir="auto"')
