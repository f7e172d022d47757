import pytest

from support.arabic_texts import DECLARATION
from support.documents.remembering import Remembering
from support.flow import Counting, KnownSteps
from vanguard.core.errors import DocumentUnreadable
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.stages import ReadPage
from vanguard.documents.service.reading import DocumentReader, Manner
from vanguard.flow.ports import Outcome


@pytest.fixture
def ledger():
    return KnownSteps()


@pytest.fixture
def read(blobs, ledger):
    def read(path, heard=lambda _: None, executor=None):
        executor = executor or Remembering(blobs)
        reader = DocumentReader(ledger, blobs, executor, ReadingLimits(), heard)
        return reader.read(path, "name.pdf", Manner(ReadPage("eng"))), executor

    return read


def test_pages_are_read_and_shown(read, born_digital):
    heard = []
    come, _ = read(born_digital, heard.append)
    assert come.document.source == "name.pdf"
    assert len(come.document.sha256) == 64
    assert come.document.pages[1].text.endswith(DECLARATION[-1])
    assert [page.number for page in come.shown] == [1, 2]
    said = [(news.pages, news.done) for news in heard if news.pages]
    assert said[0] == (2, 0)
    assert said[-1] == (2, 2)


def test_what_was_done_is_not_done_again(read, born_digital):
    read(born_digital)
    _, again = read(born_digital)
    assert again.done == []


def test_it_ends_when_told_and_goes_on_there(read, born_digital, ledger):
    class StopNow(Exception):
        pass

    def heard(news):
        if news.done == 1:
            raise StopNow

    with pytest.raises(StopNow):
        read(born_digital, heard)
    done = [one for one in ledger.outcomes.values() if one.stage == "documents.read_page"]
    assert len(done) == 1
    _, executor = read(born_digital)
    pages = [item for item in executor.done if "#" in item]
    assert len(pages) == 3  # one that was left to read, and two pictures


def test_a_broken_file_is_an_error_with_its_reason(read, tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    with pytest.raises(DocumentUnreadable, match="PDFium"):
        read(tmp_path / "broken.pdf")


def test_none_of_its_pages_is_an_error_one_is_not(read, blobs, ledger, born_digital, monkeypatch):
    from vanguard.documents.reading import stages

    real = stages.read_layer
    torn = {0, 1}

    def failing(layers, page, *, seen):
        if page in torn:
            raise DocumentUnreadable("torn")
        return real(layers, page, seen=seen)

    monkeypatch.setattr(stages, "read_layer", failing)
    with pytest.raises(DocumentUnreadable, match=r"torn \(page 1 of 2\)"):
        read(born_digital, executor=Counting(blobs))
    torn.discard(1)
    ledger.outcomes.clear()
    come, _ = read(born_digital, executor=Counting(blobs))
    assert [page.failed for page in come.document.pages] == ["torn", ""]


class Faltering(Remembering):
    """Its first try at reading a page dies, as a process does that the system ended."""

    def __init__(self, blobs, tries):
        super().__init__(blobs)
        self._tries = tries

    def run(self, tasks):
        for task in tasks:
            if task.stage.name == "documents.read_page" and self._tries:
                self._tries -= 1
                yield Outcome(
                    task.step, task.stage.name, task.item, "failed", error="died", again=True
                )
            else:
                yield from super().run([task])


def test_a_page_whose_process_died_is_tried_once_more(read, blobs, scan):
    come, _ = read(scan, executor=Faltering(blobs, 1))
    assert come.document.pages[0].text.startswith("alpha")


def test_but_not_for_ever(read, blobs, scan):
    with pytest.raises(DocumentUnreadable, match="died"):
        read(scan, executor=Faltering(blobs, 9))
