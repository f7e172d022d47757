"""Searchable PDFs from images: what extractors find in them, and where."""

import io
import logging
from itertools import pairwise

import msgspec
import pypdfium2
import pytest
from pdfminer.high_level import extract_text
from PIL import Image
from pypdf import PdfReader

from support.pages import LINES, composed, document, page, promised, verdict
from vanguard.documents.formats.original import placed
from vanguard.documents.formats.pdf.scans import write_scans
from vanguard.documents.page import Block, Box, Document, Line, Original, Page, Word


def written(value, images=lambda number: None):
    out = io.BytesIO()
    write_scans(value, images, out)
    return out.getvalue()


@pytest.fixture(scope="module")
def pdf():
    return written(document())


def pdfium(data):
    with pypdfium2.PdfDocument(data) as opened:
        return "\n".join(page.get_textpage().get_text_range() for page in opened)


def pypdf(data):
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def pdfminer(data):
    return extract_text(io.BytesIO(data))


@pytest.mark.parametrize("extract", [pdfium, pypdf, pdfminer])
def test_extractors_return_what_the_guide_says(pdf, extract):
    text = extract(pdf)
    assert {kind: verdict(kind, text) for kind in LINES} == promised(extract.__name__)


def test_each_letter_stands_in_the_box_of_its_word(pdf):
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[0].get_textpage()
        for block in page().blocks:
            for word in block.lines[0].words:
                wanted = (word.box.left, word.box.top, word.box.right, word.box.bottom)
                assert any(sides == pytest.approx(wanted, abs=2) for sides in places(text, word))


def places(text, word):
    """The box of each place where a word is found."""
    # two marks on one letter come back in the order in which they are typed; Unicode calls them equal
    search = text.search(word.text.replace("\u064e\u0651", "\u0651\u064e"))
    while (found := search.get_next()) is not None:
        # a charbox is left, bottom, right, top
        boxes = [text.get_charbox(found[0] + n) for n in range(found[1])]
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        yield min(lefts), 842 - max(tops), max(rights), 842 - min(bottoms)


def test_a_search_finds_words_that_stand_together(pdf):
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[0].get_textpage()
        for phrase in ("جديد عن تاريخ", "الأول، فمن", "(الكاتب)", "عام 2024", "plain English"):
            assert text.search(composed(phrase)).get_next() is not None, phrase


def test_lines_without_boxes_are_found_too():
    words = tuple(map(Word, ["سطر", "بلا", "أماكن"]))
    block = Block("paragraph", (Line(words), Line(words)), Box(100, 100, 300, 140))
    data = written(Document((Page(1, 400, 400, (block,)),)))
    assert pdfium(data).split("\r\n") == ["سطر بلا أماكن"] * 2
    nowhere = Block("paragraph", (Line(tuple(map(Word, ["no", "place"])), None, "ltr"),))
    data = written(Document((Page(1, 400, 400, (nowhere, nowhere)),)))
    assert pdfium(data).split("\r\n") == ["no place"] * 2


HOSTILE = [
    "\x00\x07",
    "\ud800",
    ") Tj ET endstream endobj",
    "<</JS (x)>>",
    "م" * 40_000,
    "\U0001f600ab",
]


def test_hostile_text_is_text():
    words = tuple(Word(text, Box(-5, 1e9, float("inf"), 3)) for text in HOSTILE)
    data = written(Document((Page(1, 595, 842, (Block("paragraph", (Line(words),)),)),), "\ud800)"))
    text = pdfium(data)
    assert "م" * 1000 in text
    assert "endstream endobj" in text
    assert len(PdfReader(io.BytesIO(data), strict=True).pages) == 1


def test_many_pages_go_out_one_by_one():
    sizes, out = [], io.BytesIO()

    def image(number):
        sizes.append(out.tell())
        file = io.BytesIO()
        Image.new("L", (60, 80), number).save(file, "JPEG")
        return file.getvalue()

    write_scans(document(5), image, out)
    # what stands on a page is out before the image of the next is asked for
    assert all(later - earlier > 500 for earlier, later in pairwise(sizes))
    with pypdfium2.PdfDocument(out.getvalue()) as opened:
        assert len(opened) == 5
        assert opened[4].render(scale=0.1).to_pil().getpixel((5, 5))[0] == pytest.approx(5, abs=3)


def test_the_text_leaves_no_ink(pdf):
    with pypdfium2.PdfDocument(pdf) as opened:
        assert opened[0].render(scale=1).to_pil().getcolors() == [(595 * 842, (255, 255, 255))]


def test_the_same_document_gives_the_same_file(pdf):
    assert written(document()) == pdf


def test_a_photograph_stays_as_it_is_and_words_lie_where_it_shows_them():
    corners = ((60, 50), (520, 70), (580, 800), (20, 780))
    original = Original(595, 842, 0, corners)
    read = msgspec.structs.replace(page(), original=original)
    there = placed(read)
    with pypdfium2.PdfDocument(written(Document((read,)))) as opened:
        text = opened[0].get_textpage()
        for block in read.blocks:
            for word in block.lines[0].words:
                box = there.box(word.box)
                wanted = (box.left, box.top, box.right, box.bottom)
                assert any(sides == pytest.approx(wanted, abs=6) for sides in places(text, word))


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_viewers_turn_the_page_that_lay_on_its_side(turned):
    wide, high = (595, 842) if turned == 180 else (842, 595)
    corners = [(0, 0), (wide, 0), (wide, high), (0, high)]
    quarters = turned // 90
    original = Original(wide, high, turned, tuple(corners[-quarters:] + corners[:-quarters]))
    read = msgspec.structs.replace(page(), original=original)
    data = written(Document((read,)))
    with pypdfium2.PdfDocument(data) as opened:
        assert opened[0].get_rotation() == turned
        assert opened[0].get_size() == (595, 842)
        assert opened[0].get_mediabox() == (0, 0, wide, high)
        assert "كتاب جديد" in composed(opened[0].get_textpage().get_text_range())
