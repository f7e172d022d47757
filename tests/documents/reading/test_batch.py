"""Many files through real stages; the executor works in this process."""

import pytest

from support.arabic_texts import DECLARATION
from support.flow import Counting, KnownSteps
from vanguard.documents.reading.batch import BatchReader
from vanguard.documents.reading.stages import OpenFile, ReadPage


@pytest.fixture
def read(blobs):
    ledger = KnownSteps()

    def read(*files, **more):
        executor = Counting(blobs)
        batch = BatchReader(ledger, blobs, executor, OpenFile(), ReadPage("eng"), **more)
        return list(batch.read(files)), executor.done

    return read


def test_each_file_becomes_a_document_in_its_turn(read, scan, born_digital):
    (first, second), _ = read(scan, born_digital)
    assert first.document.source == "scan.png"
    assert len(first.document.sha256) == 64
    assert first.document.pages[0].text.startswith("alpha")
    assert [page.number for page in second.document.pages] == [1, 2]
    assert second.document.pages[1].text.endswith(DECLARATION[-1])


def test_what_is_wrong_with_one_ends_no_other(read, tmp_path, scan):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    files = [tmp_path / "missing.png", tmp_path / "broken.pdf", scan]
    found, _ = read(*files)
    assert [bool(one.problem) for one in found] == [True, True, False]
    assert "No such file" in found[0].problem
    assert found[0].document.pages == ()


def test_a_page_that_fails_stands_in_its_document(read, born_digital, monkeypatch):
    from vanguard.core.errors import DocumentUnreadable
    from vanguard.documents.reading import stages

    real = stages.read_layer

    def failing(layers, page):
        if page == 0:
            raise DocumentUnreadable("torn")
        return real(layers, page)

    monkeypatch.setattr(stages, "read_layer", failing)
    (found,), _ = read(born_digital)
    assert [page.failed for page in found.document.pages] == ["torn", ""]
    _, done = read(born_digital)
    assert done == []
    _, done = read(born_digital, retry=True)
    assert len(done) == 1


def test_the_same_bytes_under_two_names_are_two_documents_and_read_once(read, scan, tmp_path):
    copy = tmp_path / "copy.png"
    copy.write_bytes(scan.read_bytes())
    found, done = read(scan, copy)
    assert [one.document.source for one in found] == ["scan.png", "copy.png"]
    assert found[0].document.pages == found[1].document.pages
    assert len(done) == 2


def test_steps_are_heard_of(read, scan):
    heard = []
    read(scan, heard=heard.append)
    assert [(step.stage, step.known) for step in heard] == [(0, False), (1, False)]
