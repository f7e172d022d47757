"""Real files in a real process: faults of text layers end to end, and hostile files."""

import os
import unicodedata
import zlib
from collections import Counter

import pytest
from rapidfuzz.distance import Levenshtein

from support.arabic_texts import DECLARATION, MIXED, VERSES
from support.layer_pdfs import LayerPdf, painted
from support.shapes import shaped
from vanguard.core.errors import DocumentLocked, DocumentTooLarge, DocumentUnreadable
from vanguard.documents.arabic.normal import strict
from vanguard.documents.layers.contract import Limits
from vanguard.documents.layers.read import read_layer
from vanguard.documents.layers.session import Session
from vanguard.documents.synth.make import make_page, prepare
from vanguard.documents.synth.pages.kinds import KINDS

pytestmark = pytest.mark.e2e

LINES = (*DECLARATION, MIXED[2], MIXED[4])


def laid(lines, glyphs=painted, **kinds):
    options = {name: kinds.pop(name) for name in ("unmapped", "width") if name in kinds}
    pdf = LayerPdf(**options)
    for at, line in enumerate(lines):
        pdf.line(glyphs(line), top=80 + 24 * at, **kinds)
    return pdf


def swapped(line):
    turned = {"لا": "ال", "لأ": "أل", "لإ": "إل", "لآ": "آل"}
    return [turned.get(glyph, glyph) for glyph in painted(line)]


def shapes(line):
    return painted(shaped(line), ligatures=False)


def each_word_from_the_left(line):
    return [glyph for word in reversed(line.split()) for glyph in [*word, " "]]


def unspaced(line):
    return [glyph for glyph in painted(line) if glyph != " "]


FAULTS = {
    "as it should be": (LINES, laid(LINES)),
    "each glyph by a stroke of its own": (LINES, laid(LINES, strokes=True)),
    "ligatures swapped in the map": (LINES, laid(LINES, swapped)),
    "presentation forms in the map": (LINES, laid(LINES, shapes)),
    "typed order, painted rightward": (DECLARATION, laid(DECLARATION, each_word_from_the_left)),
    "a hidden layer of another OCR": (DECLARATION, laid(DECLARATION, each_word_from_the_left, hidden=True)),
    "one letter missing from the map": (LINES, laid(LINES, unmapped=frozenset("م"))),
    "vocalised": (VERSES, laid(VERSES)),
    "mirrored leftward, as OCR engines lay Arabic": (
        DECLARATION,
        laid(DECLARATION, list, matrix=(-1, 0, 0, 1), left=520),
    ),
}  # fmt: skip


@pytest.fixture
def session(tmp_path):
    opened = []

    def open_(data, **options):
        path = tmp_path / f"{len(opened)}.pdf"
        path.write_bytes(data)
        opened.append(Session(path, **options))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_fault_the_text_is_right(session, fault):
    truth, pdf = FAULTS[fault]
    choice = read_layer(session(pdf.bytes()), 0)
    text = strict(" ".join(line.text for line in choice.lines))
    wanted = strict(" ".join(truth))
    assert Levenshtein.distance(wanted, text) / len(wanted) <= 0.02, text
    assert choice.trusted
    assert all(line.box for line in choice.lines)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_rotated_page_reads_the_same(session, rotate):
    choice = read_layer(session(laid(DECLARATION).bytes(rotate=rotate)), 0)
    assert [line.text for line in choice.lines] == list(DECLARATION)


def test_a_layer_without_a_map_is_not_trusted(session):
    letters = frozenset(glyph for line in LINES for glyph in painted(line))
    choice = read_layer(session(laid(LINES, unmapped=letters).bytes()), 0)
    assert not choice.trusted


def test_a_page_without_a_layer_is_told(session):
    choice = read_layer(session(LayerPdf().bytes()), 0)
    assert choice.reasons == ("the page has no text layer",)


def test_a_locked_file_needs_its_password(session):
    data = laid(DECLARATION).bytes(password="secret")
    with pytest.raises(DocumentLocked):
        session(data)
    assert read_layer(session(data, password="secret"), 0).trusted


def test_a_truncated_file_is_read_as_far_as_it_goes_or_refused(session):
    data = laid(DECLARATION).bytes()
    for share in (0.2, 0.5, 0.9, 0.99):
        try:
            read_layer(session(data[: int(len(data) * share)]), 0)
        except DocumentUnreadable as error:
            assert error.message  # noqa: PT017 - either is right


def bomb(stream):
    """A page whose contents unpack to far more than they are."""
    head = b"%PDF-1.7\n"
    body = (
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>\nendobj\n"
        b"4 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream\nendobj\n"
        % (len(stream), stream)
    )
    return head + body + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def test_a_bomb_ends_in_time_and_memory(session):
    stream = zlib.compress(b"q " * (60 << 20), 1)
    opened = session(bomb(stream), limits=Limits(page_s=2, memory_bytes=500 << 20))
    choice = read_layer(opened, 0, extractors=("pdfminer", "pdfium"))
    assert not choice.trusted
    assert choice.lines == ()


def test_a_page_tree_that_bites_its_tail_ends(session):
    data = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99/Parent 2 0 R>>\nendobj\n"
        b"trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    )
    with pytest.raises((DocumentUnreadable, DocumentTooLarge)):
        read_layer(session(data, limits=Limits(page_s=3, pages=50)), 0)


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7\n" + os.urandom(2000), b"\x00" * 5000])
def test_what_is_no_pdf_is_refused(session, data):
    with pytest.raises(DocumentUnreadable):
        session(data)


def test_too_many_pages_are_refused(session):
    pdf = LayerPdf()
    for _ in range(3):
        pdf.page()
    with pytest.raises(DocumentTooLarge):
        session(pdf.bytes(), limits=Limits(pages=3))


def test_a_reader_that_dies_is_replaced(session):
    opened = session(laid(DECLARATION).bytes())
    opened._child.kill()
    with pytest.raises(DocumentUnreadable, match="died"):
        opened.read("pdfium", 0)
    assert opened.read("pdfium", 0).glyphs


def test_a_page_that_is_not_there_is_refused(session):
    with pytest.raises(DocumentUnreadable, match="no page 2"):
        session(laid(DECLARATION).bytes()).read("pdfium", 1)


def test_closing_ends_the_process(session):
    opened = session(laid(DECLARATION).bytes())
    child = opened._child
    with opened:
        pass
    assert child.poll() is not None
    opened.close()


def test_marks_are_composed_alike(session):
    choice = read_layer(session(laid(VERSES).bytes()), 0)
    text = "\n".join(line.text for line in choice.lines)
    assert text == unicodedata.normalize("NFC", text)


@pytest.fixture(scope="module")
def printer():
    return prepare("train")


@pytest.mark.parametrize("name", KINDS)
def test_tables_are_told_on_pages_that_have_one_and_on_no_others(session, printer, name):
    made = make_page(name, 77, printer)
    choice = read_layer(session(made.pdf), 0)
    tables = [block.table for block in made.clean.pages[0].blocks if block.table is not None]
    found = [block.table for block in choice.blocks if block.table is not None]
    assert len(found) <= len(tables)
    if tables and name != "borderless_table":  # without rules some are missed, and none is invented
        assert [(one.rows, one.columns) for one in found] == [(tables[0].rows, tables[0].columns)]
    wanted = Counter(strict(made.clean.pages[0].text).split())
    read = Counter(strict("\n".join(block.text for block in choice.blocks)).split())
    assert (wanted & read).total() >= 0.98 * wanted.total()
