import os
import threading

import pytest

from vanguard.core.errors import StoreUnavailable
from vanguard.flow.blob import blob_of
from vanguard.store.flow.blobs import FolderBlobs


@pytest.fixture
def blobs(tmp_path):
    return FolderBlobs(tmp_path / "blobs")


def test_bytes_come_back_and_are_kept_once(blobs):
    blob = blobs.put(b"some bytes")
    assert blob == blob_of(b"some bytes")
    before = blobs.path(blob.sha256).stat().st_mtime_ns
    assert blobs.put(b"some bytes") == blob
    assert blobs.path(blob.sha256).stat().st_mtime_ns == before
    assert blobs.get(blob.sha256) == b"some bytes"


def test_what_is_not_there_is_said(blobs):
    with pytest.raises(StoreUnavailable, match="is not in"):
        blobs.get("0" * 64)
    with pytest.raises(StoreUnavailable, match="is no hash"):
        blobs.get("../../etc/passwd")


def test_a_linked_file_stays_where_it_is(blobs, tmp_path):
    file = tmp_path / "scan of a page.pdf"
    file.write_bytes(b"%PDF")
    blob = blobs.link(file)
    assert blob == blob_of(b"%PDF")
    assert blobs.path(blob.sha256) == file
    assert blobs.get(blob.sha256) == b"%PDF"
    file.write_bytes(b"%PDF changed")
    with pytest.raises(StoreUnavailable, match="no longer what it was"):
        blobs.get(blob.sha256)
    file.unlink()
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        blobs.get(blob.sha256)


def test_a_file_that_cannot_be_read_is_not_linked(blobs, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        blobs.link(tmp_path / "missing")


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "blobs").write_text("a file is in the way")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        FolderBlobs(tmp_path / "blobs").put(b"x")


def test_writers_of_the_same_bytes_do_not_meet(blobs):
    data = os.urandom(1 << 20)
    threads = [threading.Thread(target=blobs.put, args=(data,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert blobs.get(blob_of(data).sha256) == data
    assert [path.name for path in blobs.folder.rglob("*") if path.is_file()] == [
        blob_of(data).sha256
    ]
