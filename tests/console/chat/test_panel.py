from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from nicegui import core
from nicegui.client import Client

from support.scripted_api import DONE, END, STREAM, ScriptedApi, event, piece
from vanguard.console.chat.panel import ChatPanel
from vanguard.console.client import PlatformClient
from vanguard.console.feed import Overview
from vanguard.console.records import Deployment, Model
from vanguard.console.session import Session

CHAT = "/v1/chat/completions"
MODELS = (
    Model("other", deployments=(Deployment("d", context_tokens=100),)),
    Model("small", aliases=("default",)),
    Model("vectors", kind="embedding"),
)
OVERVIEW = Overview(at=datetime(2026, 1, 1, tzinfo=UTC), models=MODELS)


@pytest.fixture
def valid() -> set[str]:
    return {"token"}


@pytest.fixture
async def panel(sheet: Client, client: PlatformClient, valid: set[str]) -> AsyncIterator[ChatPanel]:
    core.loop = asyncio.get_running_loop()
    with sheet:
        made = ChatPanel(client, Session("token", valid.__contains__))
        made.update(OVERVIEW)
    yield made
    made.stop()
    core.loop = None


async def finished(panel: ChatPanel) -> None:
    task = panel._task
    assert task is not None
    await task
    await asyncio.sleep(0)


def texts(panel: ChatPanel) -> list[str]:
    return ["|".join(block.text for block, _ in bubble._drawn) for bubble in panel._bubbles]


def last_note(panel: ChatPanel) -> str:
    return panel._bubbles[-1]._note.text


def test_the_default_chat_model_is_chosen(panel: ChatPanel) -> None:
    assert panel._choice.options == ["other", "small"]
    assert panel._choice.value == "small"
    panel._choice.value = "other"
    panel.update(Overview(at=OVERVIEW.at, models=MODELS[:1]))
    assert panel._choice.value == "other"
    panel.update(Overview(at=OVERVIEW.at, models=()))
    assert panel._choice.value is None
    assert "No chat model" in panel._empty.text


async def test_question_and_answer(api: ScriptedApi, panel: ChatPanel) -> None:
    api.gives_raw(CHAT, STREAM, piece("Hel") + piece("lo") + END + DONE)
    panel.ask("  hi  ")
    await finished(panel)
    assert texts(panel) == ["hi", "Hello"]
    assert last_note(panel).startswith("2 tokens")
    assert "first after" in last_note(panel)
    panel.ask("and?")
    await finished(panel)
    sent = json.loads(api.asked[1][2])
    assert sent["model"] == "small"
    assert [m["content"] for m in sent["messages"]] == ["hi", "Hello", "and?"]


async def test_sending_twice_asks_once(api: ScriptedApi, panel: ChatPanel) -> None:
    api.gives_raw(CHAT, STREAM, piece("a") + END + DONE)
    panel.ask("hi")
    panel.ask("hi")
    await finished(panel)
    assert len(api.asked) == 1
    assert texts(panel) == ["hi", "a"]


async def test_nothing_to_send(api: ScriptedApi, panel: ChatPanel) -> None:
    panel.ask("  \n ")
    panel.update(Overview(at=OVERVIEW.at, models=()))
    panel.ask("hi")
    assert panel._task is None


async def test_an_ended_session_asks_nothing(panel: ChatPanel, valid: set[str]) -> None:
    valid.clear()
    panel.ask("hi")
    assert panel._task is None
    assert panel._bubbles == []


async def test_an_ended_session_stops_an_answer(
    api: ScriptedApi, panel: ChatPanel, valid: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vanguard.console.chat.panel._SESSION_ASKED_S", 0)
    api.hold.clear()
    api.gives_raw(CHAT, STREAM, piece("secret"), END)
    panel.ask("hi")
    valid.clear()
    api.hold.set()
    await finished(panel)
    assert "signed out" in last_note(panel)


async def test_an_error_is_said_and_what_came_stays(api: ScriptedApi, panel: ChatPanel) -> None:
    api.gives_raw(CHAT, STREAM, piece("half"), event({"error": {"message": "it fell over"}}))
    panel.ask("hi")
    await finished(panel)
    assert texts(panel) == ["hi", "half"]
    assert last_note(panel) == "it fell over"
    assert "vg-bad" in panel._bubbles[-1]._note.classes


async def test_stop_keeps_what_has_come(api: ScriptedApi, panel: ChatPanel) -> None:
    api.hold.clear()
    api.gives_raw(CHAT, STREAM + piece("half"), END)
    panel.ask("hi")
    while not texts(panel)[-1]:
        await asyncio.sleep(0.01)
    panel.stop()
    await finished(panel)
    assert texts(panel) == ["hi", "half"]
    assert last_note(panel) == "stopped"
    assert panel._task is None


async def test_stopped_before_it_began(api: ScriptedApi, panel: ChatPanel) -> None:
    panel.ask("hi")
    panel.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert panel._task is None
    assert api.asked == []


async def test_a_new_chat_forgets(api: ScriptedApi, panel: ChatPanel) -> None:
    api.gives_raw(CHAT, STREAM, piece("a") + END + DONE)
    panel.ask("hi")
    await finished(panel)
    panel.clear()
    assert texts(panel) == []
    assert panel._empty.visible
    panel.ask("again")
    await finished(panel)
    assert [m["content"] for m in json.loads(api.asked[1][2])["messages"]] == ["again"]


async def test_a_new_chat_while_an_answer_comes(api: ScriptedApi, panel: ChatPanel) -> None:
    api.hold.clear()
    api.gives_raw(CHAT, STREAM + piece("half"), END)
    panel.ask("hi")
    while not texts(panel)[-1]:
        await asyncio.sleep(0.01)
    panel.clear()
    await finished(panel)
    assert texts(panel) == []
    assert panel._conversation.turns == []
