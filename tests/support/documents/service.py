"""Documents that are handed in, for tests of whoever keeps, reads or shows them."""

from __future__ import annotations

from vanguard.review.values import NewDecision, NewTask, Reviewer
from vanguard.store.documents import queue
from vanguard.store.documents.queue import Lease
from vanguard.store.documents.records import NewDocument, PageImage, Wishes

T0_MS = 1_790_000_000_000
MINE = Lease("token-a", "host/worker", T0_MS + 60_000)
OTHER = Lease("token-b", "host/worker-1", T0_MS + 120_000)


def new(number=1, **more):
    """A document's row; the first is the oldest."""
    fields = {
        "id": f"doc_{number:04x}",
        "name": f"{number}.pdf",
        "actor": "admin-key",
        "sha256": f"{number:064x}",
        "size_bytes": 10,
        "wishes": Wishes(),
        "created_at_ms": T0_MS + number,
    }
    return NewDocument(**{**fields, **more})


def read_through(service, document_id, *, result=b"as it was read", pages=1, tasks=()):
    """Does what a worker does with a document, without reading it."""
    lease = Lease("token-t", "host/worker", 2**50)
    blobs = service.documents.shelf.blobs(document_id)
    now_ms = service.clock.now_ms()
    images = [
        PageImage(number, blobs.put(b"\x89PNG %d" % number).sha256, 200, 400, 100.0, 200.0)
        for number in range(1, pages + 1)
    ]
    with service.database.write() as connection:
        taken = queue.take(connection, lease, now_ms)
        assert taken is not None
        assert taken.id == document_id
        queue.note_progress(connection, document_id, lease, pages=pages, done=pages)
        queue.keep_images(connection, document_id, lease, images)
        sha256 = blobs.put(result).sha256
        queue.finish(connection, document_id, lease, queue.End(sha256), now_ms)
    if tasks:
        service.reviews.add(tasks, Reviewer("worker", "worker"))


def block_task(document_id, page=1, block=0, **more):
    """A doubtful block."""
    payload = {
        "document": document_id,
        "name": "a.pdf",
        "page": page,
        "block": block,
        "kind": "paragraph",
        "box": [10, 20, 30, 40],
        "page_size": [100, 200],
        "text": "نص مقروء",
        "confidence": 0.5,
        "reader": "tesseract:ara",
        "direction": "rtl",
    }
    payload |= more
    subject = f"{document_id}/p{page}/b{block}"
    return NewTask("documents", "documents.block", subject, 0.5, payload)


def decide(reviews, task, verdict, value=None, by="amal"):
    """A decision on a task as it stands."""
    return reviews.decide(task.id, NewDecision(verdict, task.version, value), Reviewer(by))
