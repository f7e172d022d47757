"""The engine's own words, read by control."""

from __future__ import annotations

from pathlib import Path

import msgspec

from vanguard.control.engine_state import EngineModelState, EngineState, read_engine_state
from vanguard.serving.boot import EngineModel, EngineStatus


def test_both_sides_have_the_same_fields() -> None:
    for ours, theirs in ((EngineState, EngineStatus), (EngineModelState, EngineModel)):
        assert ours.__struct_fields__ == theirs.__struct_fields__


def test_what_the_engine_writes_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    chat = EngineModel("m", "/run/chat.sock", 8192, "ab", ready=True)
    path.write_bytes(msgspec.json.encode(EngineStatus("ready", "serving", 1.0, chat, None)))
    found = read_engine_state(path)
    assert (found.state, found.message, found.progress) == ("ready", "serving", 1.0)
    assert found.chat == EngineModelState("m", "/run/chat.sock", 8192, "ab", ready=True)
    assert found.embeddings is None


def test_no_file_and_a_broken_one_are_unknown(tmp_path: Path) -> None:
    assert read_engine_state(tmp_path / "no.json").state == "unknown"
    (tmp_path / "e.json").write_text('{"state": 5')
    found = read_engine_state(tmp_path / "e.json")
    assert found.state == "unknown"
    assert "e.json" in found.message
