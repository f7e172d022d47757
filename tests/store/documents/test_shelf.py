import errno
import os

import pytest

from vanguard.core.errors import RouteNotFound, StoreUnavailable
from vanguard.store.documents.shelf import Shelf


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "documents")


def keep(shelf, document_id="doc_1"):
    with shelf.coming() as made:
        (made / "source").write_bytes(b"bytes")
        shelf.keep(made, document_id)


def test_what_came_is_kept_for_its_owner_alone(shelf):
    keep(shelf)
    assert shelf.source("doc_1").read_bytes() == b"bytes"
    assert shelf.folder.stat().st_mode & 0o777 == 0o700
    assert shelf.place("doc_1").stat().st_mode & 0o777 == 0o700
    shelf.blobs("doc_1").put(b"result")
    assert shelf.documents() == ["doc_1"]


def test_what_is_not_kept_leaves_nothing(shelf):
    def break_off():
        with shelf.coming() as made:
            (made / "source").write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert list(shelf.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "doc_", "doc_1/../../x", "", ".coming-1", "doc_G"])
def test_no_id_leaves_the_folder(shelf, name):
    with pytest.raises(RouteNotFound):
        shelf.place(name)


def test_removing_takes_everything_and_twice_is_no_error(shelf):
    shelf.remove("doc_1")
    keep(shelf)
    shelf.blobs("doc_1").put(b"result")
    shelf.remove("doc_1")
    shelf.remove("doc_1")
    assert list(shelf.folder.iterdir()) == []


def test_a_full_disk_is_said_so(shelf):
    with pytest.raises(StoreUnavailable, match="is full; free some space"), shelf.writing():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(StoreUnavailable, match="cannot be written"), shelf.writing():
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable), Shelf(tmp_path / "file/documents").coming():
        pass


def test_what_ended_processes_left_is_swept_but_nobodys_work(shelf):
    keep(shelf)
    for name in (".coming-old", ".going-old", ".coming-new"):
        (shelf.folder / name).mkdir()
        (shelf.folder / name / "source").touch()
    for name in (".coming-old", ".going-old"):
        os.utime(shelf.folder / name, (1_000, 1_000))
    now_s = (shelf.folder / ".coming-new").stat().st_mtime + 1
    assert shelf.sweep(60, now_s) == 2
    assert sorted(path.name for path in shelf.folder.iterdir()) == [".coming-new", "doc_1"]
    assert shelf.age_s("doc_1", now_s + 100) > 99
    assert shelf.age_s("doc_2", now_s) == 0
    assert Shelf(shelf.folder / "none").sweep(60, now_s) == 0
