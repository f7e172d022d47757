from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from vanguard.control.engine_state import read_engine_state
from vanguard.serving.boot import EngineModel, EngineStatus, read_status, write_status

MODEL = EngineModel("m", "/run/chat.sock", 2048, "ab" * 32, ready=True)


def test_a_status_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    for status in (
        EngineStatus("fetching", "12 of 100 MB", 0.12),
        EngineStatus("ready", chat=MODEL),
    ):
        write_status(path, status)
        assert read_status(path) == status


def test_only_its_owner_can_read_it_and_no_draft_is_left(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    write_status(path, EngineStatus("off"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_there_is_none_before_the_first(tmp_path: Path) -> None:
    assert read_status(tmp_path / "engine.json") is None


def test_a_file_that_is_no_status_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    path.write_text('{"state": "dancing"}')
    with pytest.raises(msgspec.MsgspecError):
        read_status(path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_status(tmp_path / "no" / "engine.json", EngineStatus("off"))


def test_a_failed_rename_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    path.mkdir()  # a file cannot take its place
    with pytest.raises(OSError, match=r"engine\.json"):
        write_status(path, EngineStatus("off"))
    assert list(tmp_path.iterdir()) == [path]


def test_control_reads_the_same_status(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    status = EngineStatus("loading", "loading m", -1, MODEL, None)
    write_status(path, status)
    assert msgspec.to_builtins(read_engine_state(path)) == msgspec.to_builtins(status)
