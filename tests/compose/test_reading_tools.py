"""What the API asks of the libraries of documents, with the real ones."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from vanguard.compose.reading_tools import ReadingTools
from vanguard.control.documents.ports import Correction, Crop, Form, Read
from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.structured import to_json
from vanguard.documents.page import Block, Document, Line, Page, Word
from vanguard.documents.service import writing
from vanguard.store.documents.records import Wishes

BLOCKS = tuple(
    Block("paragraph", (Line((Word(text),)),), tier="review")
    for text in ("wrong", "stain", "right")
)
DOCUMENT = Document((Page(1, 100, 200, BLOCKS),), "a.pdf", "f" * 64)
DECIDED = (
    Correction("doc_1/p1/b0", "correct", {"text": "corrected"}),
    Correction("doc_1/p1/b1", "reject"),
    Correction("film/1", "accept"),
)


@pytest.fixture
def tools():
    return ReadingTools()


def written(tools, form, *corrections):
    out = io.BytesIO()
    tools.write(Read(to_json(DOCUMENT), Path("none"), corrections), form, out)
    return out.getvalue().decode()


def test_all_is_there(tools):
    assert tools.missing() == ""
    tools.check(Wishes("ara+eng"))
    with pytest.raises(InvalidRequest, match="tlh"):
        tools.check(Wishes("tlh"))


def test_formats_are_those_of_documents(tools):
    assert tools.form("alto") == Form("application/xml", ".xml")
    with pytest.raises(InvalidRequest, match="docx"):
        tools.form("docx")


def test_what_was_decided_is_in_what_is_written(tools):
    assert written(tools, "text").split() == ["wrong", "stain", "right"]
    assert written(tools, "text", *DECIDED).split() == ["corrected", "right"]
    blocks = json.loads(written(tools, "json", *DECIDED))["pages"][0]["blocks"]
    assert [block["tier"] for block in blocks] == ["accept", "reject", "review"]


def test_what_has_to_read_the_file_anew_does_so_apart(tools, monkeypatch):
    asked = []
    monkeypatch.setattr(writing, "write_apart", lambda *given: asked.append(given))
    written(tools, "pdf")
    ((document, form, source, _),) = asked
    assert (document, form.name, source) == (DOCUMENT, "pdf", Path("none"))


def test_a_part_of_a_page_is_cut_out(tools, tmp_path):
    Image.new("L", (200, 400), 255).save(tmp_path / "page.png")
    data = tools.crop(Crop(tmp_path / "page.png", (10, 10, 20, 30), (100, 200), 0.0))
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (28, 48)


@pytest.mark.e2e
def test_whoever_only_binds_them_loads_none():
    code = (
        "import sys; from vanguard.compose.reading_tools import ReadingTools; ReadingTools().missing();"
        "sys.exit(bool({'cv2', 'PIL', 'pypdfium2', 'tesserocr'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
