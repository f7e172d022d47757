from __future__ import annotations

import logging
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.serving.board import Board, Phase, combined
from vanguard.serving.boot import EngineModel, State, read_status

CHAT = EngineModel("chat-model", "/c.sock", 2048, "aa")
EMBEDDER = EngineModel("embedder", "/e.sock", 512, "bb")

states = st.sampled_from(get_args(State))


@given(states, states)
def test_the_state_is_that_of_the_model_that_is_furthest_from_being_settled(
    chat: State, embeddings: State
) -> None:
    order = ["fetching", "loading", "failed", "ready", "off"]
    status = combined(Phase(chat, "one", 0.5, CHAT), Phase(embeddings, "two", 0.5, EMBEDDER))
    assert status.state == min(chat, embeddings, key=order.index)


@given(states, states)
def test_a_model_is_ready_only_when_it_is_and_gone_when_it_failed(
    chat: State, embeddings: State
) -> None:
    status = combined(Phase(chat, model=CHAT), Phase(embeddings, model=EMBEDDER))
    for state, model in ((chat, status.chat), (embeddings, status.embeddings)):
        assert (model is None) == (state == "failed")
        assert model is None or model.ready == (state == "ready")


def test_the_message_is_the_progress_while_something_is_under_way() -> None:
    status = combined(Phase("fetching", "12 of 100 MB", 0.12), Phase("failed", "no package"))
    assert (status.message, status.progress) == ("12 of 100 MB", 0.12)


def test_the_message_is_every_reason_once_all_is_settled() -> None:
    status = combined(Phase("failed", "no weights"), Phase("failed", "no package"))
    assert status.message == "no weights; no package"


def test_a_fallback_is_told_beside_readiness() -> None:
    status = combined(
        Phase("ready", "the small one serves", 1, CHAT), Phase("ready", "", 1, EMBEDDER)
    )
    assert (status.state, status.message) == ("ready", "the small one serves")


def test_the_file_is_written_on_a_change_only(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    board = Board(path)
    board.show("chat", Phase("loading", "loading", -1, CHAT))
    first = path.stat().st_ino
    board.show("chat", Phase("loading", "loading", -1, CHAT))
    assert path.stat().st_ino == first
    board.show("chat", Phase("ready", "", 1, CHAT))
    status = read_status(path)
    assert status is not None
    assert status.chat is not None
    assert status.chat.ready
    assert board.phase("chat").state == "ready"


def test_a_disk_that_refuses_is_logged_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "later"
    board = Board(folder / "engine.json")
    with caplog.at_level(logging.WARNING):
        board.show("chat", Phase("loading", "loading", -1, CHAT))
    assert "cannot be written" in caplog.text
    folder.mkdir()
    board.show("chat", Phase("loading", "loading", -1, CHAT))
    assert read_status(folder / "engine.json") is not None


def test_a_failure_is_logged_as_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Board(tmp_path / "engine.json").show("chat", Phase("failed", "no weights"))
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.getMessage() == "chat is failed: no weights"
