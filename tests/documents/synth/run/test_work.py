"""The files of one page, and what its record says of them."""

import hashlib

import msgspec

from support.synthetic import settings
from vanguard.documents.page import Document
from vanguard.documents.synth.run.options import Options
from vanguard.documents.synth.run.store import Run, Store
from vanguard.documents.synth.run.work import Job, begin, hand_over, page, write


def job(out, **options):
    return Job(Options(4, kinds=("letter", "skewed_scan"), **options), settings(), out)


def test_files_hashes_and_truth(tmp_path):
    Store(tmp_path / "o").begin(Run(Options(4), {}))
    record = write(job(tmp_path / "o"), 0)
    assert set(record.files) == {"image", "pdf", "document", "markdown"}
    for name, digest in record.files.values():
        assert hashlib.sha256((tmp_path / "o" / name).read_bytes()).hexdigest() == digest
    truth = (tmp_path / "o" / record.files["document"][0]).read_bytes()
    document = msgspec.json.decode(truth, type=Document)
    assert document.source == "page-00000000.png"
    markdown = (tmp_path / "o" / record.files["markdown"][0]).read_text("utf-8")
    assert "الموضوع" in document.pages[0].text
    assert "الموضوع" in markdown
    assert record.sources[0].licence == "Apache-2.0"
    assert record.font.file in {"DejaVuSans.ttf", "NotoNaskhArabic.ttf"}


def test_a_moved_page_has_the_boxes_of_its_pdf_too(tmp_path):
    hand_over(job(tmp_path / "o", image="jpeg"), tmp_path / "job")
    begin(tmp_path / "job")
    record = page(1)
    assert record.files["image"][0].endswith("page-00000001.jpg")
    both = [
        msgspec.json.decode((tmp_path / "o" / record.files[name][0]).read_bytes(), type=Document)
        for name in ("document", "pdf_document")
    ]
    assert both[0].pages[0].text == both[1].pages[0].text
    assert both[0].pages[0].blocks[0].box != both[1].pages[0].blocks[0].box
