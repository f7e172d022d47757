from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.catalog import Weights
from vanguard.serving.weights.shelf import Shelf

CONTENT = b"GGUF and so on"
Row = Callable[..., Weights]


def put(shelf: Shelf, row: Weights, content: bytes) -> Path:
    """Makes the shelf adopt some bytes."""
    shelf.check_room(row, len(content))
    shelf.draft(row).write_bytes(content)
    return shelf.adopt(row, lambda *_: None)


def test_an_empty_shelf_has_nothing(shelf: Shelf, row: Row) -> None:
    assert shelf.find(row(CONTENT)) is None


def test_what_was_adopted_is_found_under_its_digest(shelf: Shelf, row: Row) -> None:
    weights = row(CONTENT)
    path = put(shelf, weights, CONTENT)
    assert path.name == f"{weights.digest}.gguf"
    assert path.read_bytes() == CONTENT
    assert shelf.find(weights) == path
    assert not shelf.draft(weights).exists()


@pytest.mark.parametrize("wrong", [b"GGUF and so off", CONTENT[:-1], CONTENT + b"!", b""])
def test_anything_else_is_refused_and_deleted(shelf: Shelf, row: Row, wrong: bytes) -> None:
    weights = row(CONTENT)
    with pytest.raises(WeightsUnavailable, match="what came is not tiny"):
        put(shelf, weights, wrong)
    assert not shelf.draft(weights).exists()
    assert not shelf.path(weights).exists()


@pytest.mark.parametrize("damaged", [CONTENT[:-1], CONTENT[:-1] + b"?"])
def test_a_file_damaged_in_the_cache_is_not_found(shelf: Shelf, row: Row, damaged: bytes) -> None:
    weights = row(CONTENT)
    path = put(shelf, weights, CONTENT)
    state = path.stat()
    path.write_bytes(damaged)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert shelf.find(weights) is None


def test_a_disk_that_is_too_short_is_told_with_a_way_out(shelf: Shelf, row: Row) -> None:
    with pytest.raises(WeightsUnavailable, match=r"tiny needs \d+ MiB .* VANGUARD_CACHE"):
        shelf.check_room(row(CONTENT), 2**60)


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, row: Row) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with (
        pytest.raises(WeightsUnavailable, match="cannot be written"),
        Shelf(tmp_path / "cache").lock(row(CONTENT), lambda: None),
    ):
        pass


def test_a_lock_is_waited_for(shelf: Shelf, tmp_path: Path, row: Row) -> None:
    class Waited(Exception):
        """Raised where one would wait."""

    def waiting() -> None:
        raise Waited

    other = Shelf(tmp_path / "cache")
    with shelf.lock(row(CONTENT), waiting):
        with pytest.raises(Waited), other.lock(row(CONTENT), waiting):
            pass
        with other.lock(row(b"other weights"), waiting):
            pass
    with other.lock(row(CONTENT), waiting):
        pass


def test_the_digest_of_a_file_elsewhere_is_remembered_in_the_cache(
    shelf: Shelf, tmp_path: Path, row: Row
) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(CONTENT)
    assert shelf.digest_of(path) == row(CONTENT).digest
    assert list((tmp_path / "cache").rglob("*.json"))
    assert list(tmp_path.glob("*.json")) == []
    with pytest.raises(FileNotFoundError):
        shelf.digest_of(tmp_path / "none.gguf")
