"""The chat box: asks a chat model through the gateway and shows its answer as it comes.

It does not know the other panels. One answer runs at a time; a session that has ended stops it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from vanguard.console import wording
from vanguard.console.chat.bubble import Bubble
from vanguard.console.chat.conversation import (
    ANSWER_CHARACTERS,
    QUESTION_CHARACTERS,
    TURNS_KEPT,
    Conversation,
)
from vanguard.console.chat.stream import End, stream_answer
from vanguard.console.client import PlatformClient
from vanguard.console.feed import Overview
from vanguard.console.records import Model
from vanguard.console.session import Session
from vanguard.core.errors import UpstreamError

_REDRAW_S = 0.1
_SESSION_ASKED_S = 1.0
_ENTER_SENDS = """(event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  emit(event.target.value);
}"""
_ENDINGS = {
    "stop": "",
    "length": "stopped at the length limit",
    "content_filter": "stopped by a content filter",
}


@dataclass
class _Progress:
    """One answer while it comes; times are monotonic seconds."""

    asked_at: float = field(default_factory=time.monotonic)
    first_at: float = 0.0
    last_at: float = 0.0
    drawn_at: float = 0.0
    session_at: float = field(default_factory=time.monotonic)
    text: str = ""

    def add(self, piece: str) -> None:
        self.last_at = time.monotonic()
        self.first_at = self.first_at or self.last_at
        self.text += piece

    def words(self, end: End) -> str:
        """How the answer went: tokens, speed, time to the first token, and an unusual end."""
        if end.output_tokens < 0:
            told = ["", ""]
        else:
            told = [
                wording.count(end.output_tokens, "token"),
                wording.speed(end.output_tokens - 1, self.last_at - self.first_at),
            ]
        if self.first_at:
            told.append(f"first after {wording.milliseconds(self.first_ms)}")
        told.append(_ENDINGS.get(end.reason, f"ended with “{end.reason}”"))
        return " · ".join(word for word in told if word)

    @property
    def first_ms(self) -> int:
        return round((self.first_at - self.asked_at) * 1000)


class ChatPanel:
    """The chat box of one page."""

    def __init__(self, client: PlatformClient, session: Session) -> None:
        self._client = client
        self._session = session
        self._conversation = Conversation()
        self._models: dict[str, Model] = {}
        self._bubbles: list[Bubble] = []
        self._task: asyncio.Task[None] | None = None
        self._build()

    def _build(self) -> None:
        with ui.element("section").classes("vg-card vg-chat").props('aria-label="Chat"'):
            with ui.element("header").classes("vg-card-head"):
                ui.label("Chat").classes("vg-title").props('role="heading" aria-level="2"')
                self._choice = ui.select([], label="Model").classes("vg-select")
                self._choice.props("dense outlined options-dense")
                new = ui.button("New chat", color=None, on_click=self.clear)
                new.props("flat dense no-caps")
            with ui.element("div").classes("vg-transcript").props('tabindex="0" role="log"'):
                self._transcript = ui.element("div").classes("vg-transcript-inner")
                with self._transcript:
                    self._empty = ui.label("").classes("vg-empty")
            self._build_composer()
        self._say_empty()
        self._set_busy(False)

    def _build_composer(self) -> None:
        with ui.element("div").classes("vg-composer"):
            self._input = ui.textarea(label="Message").classes("vg-input")
            self._input.props(f'autogrow outlined dense dir="auto" maxlength={QUESTION_CHARACTERS}')
            self._input.on("keydown", self._on_enter, js_handler=_ENTER_SENDS)
            self._send = ui.button("Send", color=None).classes("vg-filled")
            self._send.on_click(lambda: self.ask(self._input.value or ""))
            self._stop = ui.button("Stop", color=None, on_click=self.stop)
            self._send.props("unelevated no-caps")
            self._stop.props("outline no-caps")

    def update(self, overview: Overview) -> None:
        """Takes up the models that there are now; the choice stays while it can."""
        models = [model for model in overview.models or () if model.kind == "chat"]
        names = {model.name: model for model in models}
        if names == self._models and self._choice.value in (*names, None):
            return
        self._models = names
        kept = self._choice.value if self._choice.value in names else _first_choice(models)
        self._choice.set_options(list(names), value=kept)
        self._say_empty()
        self._set_busy(self._busy)

    def ask(self, text: str) -> None:
        """Sends a question, unless there is none, no model, or an answer is still coming."""
        question, model = text.strip(), self._models.get(self._choice.value or "")
        if self._busy or not question or model is None or not self._session.holds():
            return
        self._input.set_value("")
        self._conversation.ask(question)
        self._add_bubble("user").show(question)
        bubble = self._add_bubble("assistant")
        self._task = background_tasks.create(self._answer(model, bubble), name="chat answer")
        self._task.add_done_callback(self._finished)
        self._set_busy(True)

    def stop(self) -> None:
        """Ends the answer that is coming, if one is."""
        if self._task is not None:
            self._task.cancel()

    def clear(self) -> None:
        """Starts anew."""
        self.stop()
        self._conversation.clear()
        for bubble in self._bubbles:
            bubble.delete()
        self._bubbles.clear()
        self._say_empty()

    @property
    def _busy(self) -> bool:
        return self._task is not None

    def _on_enter(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str):
            self.ask(event.args)

    def _add_bubble(self, role: str) -> Bubble:
        self._empty.set_visibility(False)
        with self._transcript:
            bubble = Bubble(role)
        self._bubbles.append(bubble)
        for old in self._bubbles[:-TURNS_KEPT]:
            old.delete()
        del self._bubbles[:-TURNS_KEPT]
        return bubble

    async def _answer(self, model: Model, bubble: Bubble) -> None:
        progress = _Progress()
        words, bad = "stopped", False
        bubble.busy(True)
        try:
            words = progress.words(await self._read(model, bubble, progress))
        except UpstreamError as error:
            words, bad = error.message, True
        except asyncio.CancelledError:
            pass  # by the stop button, or because the page is gone: what has come stays
        finally:
            if bubble in self._bubbles and not bubble.element.is_deleted:
                self._conversation.answer(progress.text)
                bubble.show(progress.text)
                bubble.busy(False)
                bubble.note(words, bad=bad)

    async def _read(self, model: Model, bubble: Bubble, progress: _Progress) -> End:
        messages = self._conversation.to_send(_context_tokens(model))
        async with aclosing(stream_answer(self._client, model.name, messages)) as answer:
            async for item in answer:
                if isinstance(item, End):
                    return item
                progress.add(item)
                if len(progress.text) > ANSWER_CHARACTERS:
                    return End("more than this page shows")
                if not self._still_signed_in(progress):
                    return End("signed out")
                if progress.last_at - progress.drawn_at >= _redraw_s(progress.text):
                    progress.drawn_at = progress.last_at
                    bubble.show(progress.text)
        return End("no end")

    def _still_signed_in(self, progress: _Progress) -> bool:
        if progress.last_at - progress.session_at < _SESSION_ASKED_S:
            return True
        progress.session_at = progress.last_at
        return self._session.holds()

    def _finished(self, _task: asyncio.Task[None]) -> None:
        self._task = None
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        self._send.set_visibility(not busy)
        self._stop.set_visibility(busy)
        self._send.set_enabled(bool(self._models))

    def _say_empty(self) -> None:
        self._empty.set_visibility(not self._bubbles)
        self._empty.set_text(
            "Ask the model something. The question goes through the gateway and is metered like "
            "every other request."
            if self._models
            else "No chat model is configured yet: it appears here as soon as there is one."
        )


def _redraw_s(text: str) -> float:
    """Time between two drawings: longer for longer texts, since the last block is sent whole."""
    return _REDRAW_S + len(text) / 200_000


def _first_choice(models: Sequence[Model]) -> str | None:
    for model in models:
        if "default" in model.aliases:
            return model.name
    return models[0].name if models else None


def _context_tokens(model: Model) -> int | None:
    known = [d.context_tokens for d in model.deployments if d.context_tokens]
    return min(known) if known else None
