import io
import json
import os
from pathlib import Path

import msgspec
import pytest

from support.documents.service import block_task, decide, read_through
from vanguard.core.errors import (
    Conflict,
    DocumentLocked,
    InvalidRequest,
    NotInstalled,
    RateLimited,
    RouteNotFound,
    StoreUnavailable,
)
from vanguard.core.settings.sections.documents import DocumentsSettings
from vanguard.review.values import TaskQuery
from vanguard.store.documents import queue
from vanguard.store.documents.records import Wishes

DAY_MS = 86_400_000


def written(documents, record, **more):
    out = io.BytesIO()
    documents.write(documents.get(record.id), "json", out, **more)
    return json.loads(out.getvalue())


def folders(documents):
    return sorted(path.name for path in documents.shelf.folder.iterdir())


def test_what_is_handed_in_waits_and_a_worker_is_called(documents, submit, service):
    service.boot = msgspec.structs.replace(
        service.boot, worker_wanted_path=f"{service.boot.home}/wanted"
    )
    record = submit()
    assert documents.get(record.id) == record
    assert documents.shelf.source(record.id).read_bytes() == b"bytes"
    assert documents.counts() == {"queued": 1}
    assert Path(service.boot.worker_wanted_path).exists()


def test_one_key_is_one_document_and_one_folder(documents, submit):
    first = submit(idempotency_key="k")
    assert submit(idempotency_key="k") == first
    with pytest.raises(Conflict):
        submit(b"other", idempotency_key="k")
    assert folders(documents) == [first.id]


def test_what_is_refused_leaves_no_folder(documents, submit):
    few = DocumentsSettings(max_waiting=1)
    first = submit(settings=few)
    with pytest.raises(RateLimited):
        submit(settings=few)
    assert folders(documents) == [first.id]


def test_wishes_are_asked_about_before(documents):
    documents.check(Wishes())
    with pytest.raises(InvalidRequest):
        documents.check(Wishes("tlh"))
    documents.tools.lacking = "pypdf"
    with pytest.raises(NotInstalled, match="pypdf"):
        documents.check(Wishes())


def test_a_result_comes_when_it_is_read(documents, submit, service):
    record = submit()
    with pytest.raises(Conflict, match="not read yet: 0 of an unknown number") as caught:
        written(documents, record)
    assert caught.value.retry_after_s
    read_through(service, record.id)
    assert written(documents, record) == {
        "form": "json",
        "read": "as it was read",
        "corrections": [],
    }


def test_what_failed_says_why_with_its_type(documents, submit, service):
    record = submit()
    with service.database.write() as connection:
        lease = queue.Lease("t", "w", 2**50)
        queue.take(connection, lease, 0)
        queue.fail(connection, record.id, lease, type_="document_locked", message="no", now_ms=1)
    with pytest.raises(DocumentLocked, match="no"):
        written(documents, record)


def test_decisions_are_in_the_next_result_and_undone_ones_are_not(documents, submit, service):
    record = submit()
    task = block_task(record.id)
    read_through(service, record.id, tasks=[task])
    (asked,) = service.reviews.tasks(TaskQuery("documents")).tasks
    decided = decide(service.reviews, asked, "correct", {"text": "نص"})
    found = written(documents, record)["corrections"]
    assert found == [[f"{record.id}/p1/b0", "correct", {"text": "نص"}]]
    assert written(documents, record, corrected=False)["corrections"] == []
    from vanguard.review.values import Reviewer

    service.reviews.undo(asked.id, decided.version, Reviewer("amal"))
    assert written(documents, record)["corrections"] == []


def test_many_decisions_are_all_found_and_none_of_another_document(
    documents, submit, service, monkeypatch
):
    monkeypatch.setattr("vanguard.control.documents.jobs._AT_ONCE", 5)
    record = submit()
    tasks = [block_task(record.id, 1, number) for number in range(12)]
    other = block_task(record.id + "f", 1, 0)
    read_through(service, record.id, tasks=[*tasks, other])
    for _ in range(13):
        page = service.reviews.tasks(TaskQuery("documents", state="open", limit=1))
        decide(service.reviews, page.tasks[0], "accept")
    assert len(written(documents, record)["corrections"]) == 12


def test_a_page_has_a_picture_when_it_is_shown(documents, submit, service):
    record = submit()
    with pytest.raises(RouteNotFound, match="page 1 yet"):
        documents.page_image(record.id, 1)
    read_through(service, record.id, pages=2)
    image, path = documents.page_image(record.id, 2)
    assert (image.number, path.read_bytes()) == (2, b"\x89PNG 2")
    with pytest.raises(RouteNotFound, match=r"page 3$"):
        documents.page_image(record.id, 3)
    with pytest.raises(RouteNotFound):
        documents.page_image("doc_0", 1)


def test_deleting_takes_bytes_results_and_tasks(documents, submit, service):
    record = submit()
    read_through(service, record.id, tasks=[block_task(record.id)])
    assert documents.delete(record.id, "tests").id == record.id
    with pytest.raises(RouteNotFound):
        documents.get(record.id)
    assert folders(documents) == []
    assert service.reviews.tasks(TaskQuery("documents", state="open")).tasks == ()
    with pytest.raises(RouteNotFound):
        documents.delete(record.id, "tests")


def test_what_is_older_goes_by_itself(documents, submit, service):
    old = submit()
    later_ms = service.clock.now_ms() + 3 * DAY_MS
    service.clock._wall_ms = lambda: later_ms
    young = submit()
    documents.tend(DocumentsSettings(retention_days=0))
    assert len(documents.some(None, "", 9)) == 2
    documents.tend(DocumentsSettings(retention_days=2))
    assert [one.id for one in documents.some(None, "", 9)] == [young.id]
    assert folders(documents) == [young.id]
    assert old.id != young.id


def test_folders_that_nobody_knows_are_swept_when_they_are_old(documents, submit):
    known = submit()
    for name in ("doc_00aa", "doc_00bb"):
        documents.shelf.place(name).mkdir()
    os.utime(documents.shelf.place("doc_00aa"), (1_000, 1_000))
    os.utime(documents.shelf.place(known.id), (1_000, 1_000))
    documents.tend(DocumentsSettings())
    assert folders(documents) == sorted(["doc_00bb", known.id])


def test_a_worker_is_called_again_for_what_still_waits(documents, submit, service):
    service.boot = msgspec.structs.replace(
        service.boot, worker_wanted_path=f"{service.boot.home}/wanted"
    )
    wanted = Path(service.boot.worker_wanted_path)
    documents.tend(DocumentsSettings())
    assert not wanted.exists()
    submit()
    wanted.unlink()
    documents.tools.lacking = "pypdf"
    documents.tend(DocumentsSettings())
    assert not wanted.exists()  # nobody could read it
    documents.tools.lacking = ""
    documents.tend(DocumentsSettings())
    assert wanted.exists()


def test_a_worker_that_cannot_be_called_is_no_reason_to_refuse(documents, submit, service, caplog):
    service.boot = msgspec.structs.replace(service.boot, worker_wanted_path="/nowhere/wanted")
    assert submit().state == "queued"
    assert "no worker can be asked for" in caplog.text


def test_a_full_disk_is_said_before_anything_is_kept(documents, submit, monkeypatch):
    def full(_self, _made, _document_id):
        raise StoreUnavailable("the documents' folder is full")

    monkeypatch.setattr(type(documents.shelf), "keep", full)
    with pytest.raises(StoreUnavailable):
        submit()
    assert documents.some(None, "", 9) == []
    assert folders(documents) == []
