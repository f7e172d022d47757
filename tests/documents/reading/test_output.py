import pytest
from pypdf import PdfReader

from support.pages import document
from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.registry import format_named
from vanguard.documents.page import Document, Page
from vanguard.documents.reading.output import find_files, write


def test_folders_are_searched_for_documents(tmp_path):
    for name in ("a.pdf", "b/c.PNG", "b/notes.txt", ".hidden/d.pdf", "b/.e.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    named = tmp_path / "b/notes.txt"
    found = find_files([tmp_path, named, tmp_path / "a.pdf"])
    assert [str(name) for _, name in found] == ["a.pdf", "b/c.PNG", "notes.txt"]


def test_what_was_written_within_the_folder_is_not_read(tmp_path):
    for name in ("a.pdf", "out/a.pdf", "outside.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_files([tmp_path], tmp_path / "out")
    assert [str(name) for _, name in found] == ["a.pdf", "outside.pdf"]


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidRequest, match=r"missing\.pdf: no such file"):
        find_files([tmp_path / "missing.pdf"])
    with pytest.raises(InvalidRequest, match="nothing to read"):
        find_files([tmp_path])


def test_a_file_is_there_whole_or_not_at_all(tmp_path, scan):
    place = tmp_path / "new/out.md"
    write(document(), scan, format_named("markdown"), place)
    assert place.stat().st_mode & 0o777 == 0o644
    broken = Document((Page(1, 10, 10), Page(1, 10, 10)))
    with pytest.raises(InvalidRequest):
        write(broken, scan, format_named("json"), place)
    assert [path.name for path in place.parent.iterdir()] == ["out.md"]


def test_a_pdf_gets_the_pages_that_were_read(tmp_path, scan, born_digital):
    write(Document((Page(1, 240, 100),)), scan, format_named("pdf"), tmp_path / "a.pdf")
    assert len(PdfReader(tmp_path / "a.pdf").pages) == 1
    pages = tuple(Page(number, 595, 842) for number in (1, 2))
    write(Document(pages), born_digital, format_named("pdf"), tmp_path / "b.pdf")
    assert (tmp_path / "b.pdf").read_bytes().startswith(born_digital.read_bytes())
