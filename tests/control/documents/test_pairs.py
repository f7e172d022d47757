import io
import json
import zipfile

import pytest

from support.documents.service import block_task, decide, read_through
from vanguard.control.documents import pairs
from vanguard.review.values import NewTask, Reviewer, TaskQuery
from vanguard.store.documents.records import Wishes


@pytest.fixture
def decided(documents, submit, service):
    """A document of two pages, with a task for each verdict and some that are no pairs."""
    record = submit(wishes=Wishes(licence="CC-BY-4.0"))
    tasks = [
        block_task(record.id, 1, 0),
        block_task(record.id, 2, 1),
        block_task(record.id, 1, 2),
        block_task(record.id, 1, 3, box=None),
        block_task(record.id, 1, 4),
        block_task("doc_00ff", 1, 0),
    ]
    read_through(service, record.id, pages=2, tasks=tasks)
    other = NewTask("documents", "studio.frame", "film/1")
    service.reviews.add([other], Reviewer("studio"))
    verdicts = {
        f"{record.id}/p1/b0": ("correct", {"text": "نص صحيح"}),
        f"{record.id}/p2/b1": ("accept", None),
        f"{record.id}/p1/b2": ("reject", None),
        f"{record.id}/p1/b3": ("accept", None),
        f"{record.id}/p1/b4": ("correct", {"words": []}),
        "doc_00ff/p1/b0": ("accept", None),
        "film/1": ("accept", None),
    }
    for task in service.reviews.tasks(TaskQuery("documents")).tasks:
        decide(service.reviews, task, *verdicts[task.subject])
    return record


def test_pairs_are_lines_of_json(documents, decided):
    lines = [json.loads(line) for line in documents.pairs("documents", "").lines()]
    by_verdict = {line["verdict"]: line for line in lines}
    assert len(lines) == 2
    corrected = by_verdict["correct"]
    assert (corrected["before"], corrected["after"]) == ("نص مقروء", "نص صحيح")
    assert (corrected["document"], corrected["page"], corrected["block"]) == (decided.id, 1, 0)
    assert (corrected["box"], corrected["page_size"]) == ([10, 20, 30, 40], [100, 200])
    assert (corrected["reader"], corrected["sha256"]) == ("tesseract:ara", decided.sha256)
    assert corrected["reviewer"] == "amal"
    accepted = by_verdict["accept"]
    assert accepted["before"] == accepted["after"]


def test_an_archive_has_pictures_pairs_and_where_they_are_from(documents, decided):
    data = b"".join(documents.pairs("documents", "").archive())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        lines = [json.loads(line) for line in archive.read("pairs.jsonl").splitlines()]
        for line in lines:
            assert archive.read(line["image"]) == b"picture of (10.0, 20.0, 30.0, 40.0)"
        manifest = json.loads(archive.read("manifest.json"))
    assert {"crops/" + line["id"] + ".png" for line in lines} == {line["image"] for line in lines}
    assert (manifest["pairs"], manifest["next"], manifest["queue"]) == (2, None, "documents")
    assert manifest["documents"] == [
        {
            "id": decided.id,
            "name": "a.pdf",
            "sha256": decided.sha256,
            "licence": "CC-BY-4.0",
            "pairs": 2,
        }
    ]
    assert manifest["left_out"] == {
        "reject": 1,
        "without_a_place": 1,
        "not_understood": 1,
        "document_deleted": 1,
        "other_kind": 1,
    }


@pytest.mark.usefixtures("decided")
def test_an_archive_that_is_full_says_where_the_next_begins(documents, monkeypatch):
    found, after = [], ""
    for _ in range(9):
        export = documents.pairs("documents", after)
        with zipfile.ZipFile(io.BytesIO(b"".join(export.archive(most=1)))) as archive:
            found += archive.read("pairs.jsonl").splitlines()
            after = json.loads(archive.read("manifest.json"))["next"] or ""
        if not after:
            break
    assert len({json.loads(line)["id"] for line in found}) == 2
    assert len(found) == 2


@pytest.mark.usefixtures("decided")
def test_it_comes_in_pieces(documents):
    pieces = list(documents.pairs("documents", "").archive())
    assert len(pieces) == 4  # a piece for each pair, one for their lines, one for the end
    assert all(pieces)


@pytest.mark.usefixtures("decided")
def test_a_picture_that_goes_meanwhile_is_left_out(documents, service):
    real = documents.tools.crop

    def gone(part):
        if documents.tools.crops:
            raise FileNotFoundError
        return real(part)

    documents.tools.crop = gone
    data = b"".join(documents.pairs("documents", "").archive())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert len(archive.read("pairs.jsonl").splitlines()) == 1
    assert (manifest["pairs"], manifest["documents"][0]["pairs"]) == (1, 1)
    assert manifest["left_out"]["document_deleted"] == 2


def test_a_queue_without_decisions_is_an_empty_archive(documents):
    data = b"".join(documents.pairs("documents", "").archive())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("pairs.jsonl") == b""
        assert json.loads(archive.read("manifest.json"))["form"] == pairs.FORM
