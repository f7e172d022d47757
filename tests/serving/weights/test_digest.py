from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from vanguard.serving.weights.digest import CHUNK_BYTES, remember, remembered_sha256, sha256_of


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_it_is_the_digest_of_all_the_bytes(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    content = os.urandom(size)
    path.write_bytes(content)
    seen: list[tuple[int, int]] = []
    digest = sha256_of(path, lambda done, total: seen.append((done, total)))
    assert digest == hashlib.sha256(content).hexdigest()
    assert not size or seen[-1] == (size, size)


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    path, record = tmp_path / "file", tmp_path / "record"
    path.write_bytes(b"one")
    remember(path, record, "as noted")
    assert remembered_sha256(path, record) == "as noted"


def test_a_changed_file_is(tmp_path: Path) -> None:
    path, record = tmp_path / "file", tmp_path / "record"
    path.write_bytes(b"one")
    remember(path, record, "as noted")
    state = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert remembered_sha256(path, record) == hashlib.sha256(b"two").hexdigest()
    assert remembered_sha256(path, record) == hashlib.sha256(b"two").hexdigest()


def test_a_damaged_record_is_written_anew(tmp_path: Path) -> None:
    path, record = tmp_path / "file", tmp_path / "record"
    path.write_bytes(b"one")
    record.write_text("{")
    assert remembered_sha256(path, record) == hashlib.sha256(b"one").hexdigest()
    assert record.read_text() != "{"


def test_a_record_that_cannot_be_written_is_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    digest = remembered_sha256(path, tmp_path / "missing" / "record")
    assert digest == hashlib.sha256(b"one").hexdigest()
