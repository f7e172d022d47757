"""Many files through real stages; the executor works in this process."""

import pytest

from support.arabic_texts import DECLARATION
from support.flow import Counting, KnownSteps
from vanguard.core.errors import NotReady
from vanguard.documents.page import Line, Reason, Word
from vanguard.documents.reading.batch import BatchReader
from vanguard.documents.reading.stages import OpenFile, ReadPage
from vanguard.documents.reading.values import Answer
from vanguard.documents.reading.vision import stage
from vanguard.documents.reading.vision.stage import AskModel


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

    def failing(layers, page, *, seen):
        if page == 0:
            raise DocumentUnreadable("torn")
        return real(layers, page, seen=seen)

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


class Scripted:
    """A stage that asks nobody, or cannot."""

    def __init__(self, error=None):
        self.error = error

    def __call__(self, page, places, raster, model):
        if self.error is not None:
            raise self.error
        lines = (Line((Word("alpha"), Word("beta"), Word("gamma"))),)
        return (Answer(places[0], "vision:eyes", lines),)


@pytest.fixture
def asking(monkeypatch):
    def made(error=None):
        monkeypatch.setattr(AskModel, "read", lambda _self, *more: Scripted(error)(*more))
        monkeypatch.setattr(stage, "_served", lambda *_: None)
        return AskModel("eyes")

    return made


def test_a_models_answers_come_into_the_document(read, scan, asking):
    heard = []
    (found,), _ = read(scan, asking=asking(), heard=heard.append)
    (block, *_) = found.document.pages[0].blocks
    assert {reason.code for reason in block.reasons} & {"agreed", "arbiter"}
    assert [step.stage for step in heard] == [0, 1, 2]
    assert found.not_asked == ()
    _, done = read(scan, asking=asking())
    assert done == []


def test_where_the_model_cannot_be_asked_ocr_stands_and_another_run_asks_again(read, scan, asking):
    (found,), _ = read(scan, asking=asking(NotReady("nothing answers")))
    assert found.not_asked == ((1, "nothing answers"),)
    page = found.document.pages[0]
    assert page.text.startswith("alpha")
    assert Reason("model_failed", "nothing answers") in page.blocks[0].reasons
    assert page.blocks[0].tier is not None
    (found,), done = read(scan, asking=asking())
    assert len(done) == 1
    assert found.not_asked == ()


def test_steps_are_heard_of(read, scan):
    heard = []
    read(scan, heard=heard.append)
    assert [(step.stage, step.known) for step in heard] == [(0, False), (1, False)]
