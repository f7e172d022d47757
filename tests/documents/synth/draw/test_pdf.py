"""The PDF says and shows what the sheet does: ink within boxes, text that extractors read."""

import io

import numpy as np
import pypdfium2
import pytest
from pypdf import PdfReader

from support.synthetic import naskh, page, type_of
from vanguard.documents.page import Box
from vanguard.documents.synth.draw.pdf import subset, write
from vanguard.documents.synth.draw.raster import render
from vanguard.documents.synth.layout.line import set_line
from vanguard.documents.synth.layout.sheet import Area, Rule, Sheet

WORDS = ["الإعْلانُ", "PDF", "العالمي", "١٢٫٥", "لحقوق", "(2024)"]


@pytest.fixture(scope="module")
def made():
    sheet = Sheet(300, 60)
    return set_line(sheet, WORDS, type_of(16), (10.0, 290.0, 40.0)), write(sheet)


def test_each_word_fills_its_box_and_no_ink_is_outside(made):
    line, data = made
    scale = 300 / 72
    dark = render(data, 300).min(axis=2) < 200
    covered = np.zeros_like(dark)
    for word in line.words:
        box = word.box.scaled(scale)
        rows, columns = (
            slice(int(box.top), int(box.bottom) + 1),
            slice(int(box.left), int(box.right) + 1),
        )
        ink = dark[rows, columns]
        # a pixel that the edge of a box goes through may be its neighbour's
        covered[rows.start - 1 : rows.stop + 1, columns.start - 1 : columns.stop + 1] = True
        for axis in (0, 1):
            there = np.flatnonzero(ink.any(axis=axis))
            assert there[0] <= 2, word
            assert there[-1] >= ink.shape[1 - axis] - 3, word
    assert not (dark & ~covered).any()


def test_pdfium_finds_the_letters_where_the_boxes_are(made):
    line, data = made
    document = pypdfium2.PdfDocument(data)
    text = document[0].get_textpage()
    said = text.get_text_range()
    place = said.index("PDF")
    found = [text.get_charbox(place + step) for step in range(3)]
    word = line.words[1].box
    assert min(box[0] for box in found) == pytest.approx(word.left, abs=1)
    assert max(box[2] for box in found) == pytest.approx(word.right, abs=1)
    assert "العالمي" in said


def test_pypdf_reads_vowel_signs_in_order():
    sheet = Sheet(300, 60)
    words = ["لَا", "يُكَلِّفُ", "نَفْسًا"]
    set_line(sheet, words, type_of(16), (10.0, 290.0, 40.0))
    read = PdfReader(io.BytesIO(write(sheet))).pages[0].extract_text()
    assert sorted(read.split()) == sorted(words)


def test_areas_and_rules_are_drawn():
    sheet = Sheet(100, 100)
    sheet.areas.append(Area(Box(10, 10, 30, 20), (0.0, 0.0, 1.0)))
    sheet.rules.append(Rule(50, 80, 90, 80, 2.0))
    pixels = render(write(sheet), 72)
    assert pixels[15, 20].tolist() == [0, 0, 255]
    assert pixels[80, 70].tolist() == [0, 0, 0]
    assert pixels[50, 50].tolist() == [255, 255, 255]


def test_the_same_page_gives_the_same_bytes_with_small_fonts():
    assert page("letter").pdf == page.__wrapped__("letter").pdf
    assert len(subset(naskh(), [5, 6])) < 8_000
