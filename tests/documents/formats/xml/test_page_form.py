"""PAGE XML, against its own definition."""

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.pages import document, page
from vanguard.documents.formats.text import clean
from vanguard.documents.formats.xml.page_form import NAMESPACE, page_xml, write_page_archive
from vanguard.documents.page import (
    Alternative,
    Block,
    BlockKind,
    Box,
    Cell,
    Line,
    Original,
    Page,
    Reason,
    Table,
    Word,
)

MADE = datetime(2026, 1, 31, 12, tzinfo=UTC)
XSD = Path(__file__).parent / "data" / "page-2019-07-15.xsd"


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(file=str(XSD))


def found(root, path):
    return root.findall(re.sub(r"\w+", rf"{{{NAMESPACE}}}\g<0>", path))


def line(*words):
    return Line(tuple(map(Word, words)))


CELLS = (
    Cell(0, 0, (line("أ"),), header=True, column_span=2, box=Box(1, 1, 9, 9)),
    Cell(1, 0, (line("٣"), line("٤")), confidence=0.5, doubts=("the sum is ٧",)),
)
JUDGED = {
    "reader": "tesseract",
    "confidence": 0.4,
    "tier": "review",
    "reasons": (Reason("unsure_block", "confidence 0.40"),),
    "alternatives": (Alternative("vision:eyes", "نص\nآخر", 0.7),),
}
EVERYTHING = (
    *(Block(kind, (line("نص", "آخر"),)) for kind in BlockKind.__args__ if kind != "table"),
    Block("figure", box=Box(0, 0, 36, 36)),
    Block("paragraph", (line("\u200f"), Line((Word("a", Box(-4, 1, 5, 9), 1.2),), confidence=0.5))),
    Block("table", table=Table(2, 2, CELLS), box=Box(0, 0, 20, 20)),
    Block("paragraph", (line("نص"),), **JUDGED),
    Block("table", table=Table(2, 2, CELLS), **JUDGED),
    Block("figure", **JUDGED),
)


@pytest.mark.parametrize(
    "value", [page(), Page(1, 72, 72, EVERYTHING), Page(7, 72, 72, failed="no\x00ink")]
)
def test_what_is_written_is_valid(schema, value):
    root = etree.fromstring(page_xml(value, "a<b>.png"))
    assert schema.validate(root), schema.error_log


def test_places_order_direction_and_text():
    root = etree.fromstring(page_xml(page(), "page.png", 144, MADE))
    assert found(root, ".//Created")[0].text == "2026-01-31T12:00:00Z"
    assert found(root, ".//Page")[0].get("imageWidth") == "1190"
    order = [ref.get("regionRef") for ref in found(root, ".//RegionRefIndexed")]
    assert order == [region.get("id") for region in found(root, ".//TextRegion")]
    region = found(root, ".//TextRegion")[0]
    assert region.get("readingDirection") == "right-to-left"
    words = [text.text for text in found(region, ".//Word/TextEquiv/Unicode")]
    assert words == ["كتاب", "جديد", "عن", "تاريخ", "المدينة"]
    box = page().blocks[0].lines[0].words[0].box
    points = found(region, ".//Word/Coords")[0].get("points").split()
    assert points[0] == f"{round(box.left * 2)},{round(box.top * 2)}"
    assert points[2] == f"{round(box.right * 2)},{round(box.bottom * 2)}"
    assert found(region, ".//Word/TextEquiv")[0].get("conf") == "0.900"


def test_cells_say_their_places():
    root = etree.fromstring(page_xml(Page(1, 72, 72, EVERYTHING), "p.png"))
    roles = [dict(role.attrib) for role in found(root, ".//TableCellRole")]
    assert len(roles) == 6
    assert roles[0] == {
        "rowIndex": "0",
        "columnIndex": "0",
        "rowSpan": "1",
        "colSpan": "2",
        "header": "true",
    }


def test_what_was_said_of_regions_is_labelled_and_other_readings_stand_behind():
    blocks = (
        Block("paragraph", (line("نص"),), **JUDGED),
        Block("table", table=Table(2, 2, CELLS), tier="accept"),
    )
    root = etree.fromstring(page_xml(Page(1, 72, 72, blocks), "p.png"))

    def labels(region):
        return [
            (one.get("type"), one.get("value"), one.get("comments"))
            for one in region.findall(f"{{{NAMESPACE}}}Labels/{{{NAMESPACE}}}Label")
        ]

    text, table = found(root, ".//Page")[0][1:]
    assert labels(text) == [
        ("tier", "review", None),
        ("reader", "tesseract", None),
        ("confidence", "0.400", None),
        ("reason", "unsure_block", "confidence 0.40"),
    ]
    readings = text.findall(f"{{{NAMESPACE}}}TextEquiv")
    assert [(one.get("index"), one.get("conf"), one.get("comments")) for one in readings] == [
        ("0", "0.400", None),
        ("1", "0.700", "vision:eyes"),
    ]
    assert readings[1][0].text == "نص\nآخر"
    assert labels(table) == [("tier", "accept", None)]
    assert labels(found(table, "TextRegion")[1]) == [
        ("confidence", "0.500", None),
        ("doubt", "failed_check", "the sum is ٧"),
    ]
    assert found(root, ".//Page")[0].get("conf") == "0.400"


def test_an_archive_has_a_file_for_each_page():
    out = io.BytesIO()
    write_page_archive(document(2), out, made=MADE)
    again = io.BytesIO()
    write_page_archive(document(2), again, made=MADE)
    assert out.getvalue() == again.getvalue()
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["page-0001.xml", "page-0002.xml"]
        assert b'imageFilename="page-0002.png"' in archive.read("page-0002.xml")


@given(st.lists(st.text(), max_size=4))
def test_any_text_is_valid(schema, words):
    value = Page(1, 9, 9, (Block("paragraph", (line(*words),)),))
    root = etree.fromstring(page_xml(value, "p.png"))
    assert schema.validate(root), schema.error_log
    texts = [text.text for text in found(root, ".//Word/TextEquiv/Unicode")]
    assert texts == list(filter(None, map(clean, words)))


def test_a_page_that_lay_on_its_side_is_placed_on_its_image(schema):
    original = Original(100, 200, 270, ((100, 0), (100, 200), (0, 200), (0, 0)))
    block = Block("paragraph", (line("نص"),), Box(10, 20, 30, 25))
    root = etree.fromstring(page_xml(Page(1, 200, 100, (block,), original=original), "a.png", 72))
    assert schema.validate(root), schema.error_log
    shown = found(root, ".//Page")[0]
    assert [shown.get(one) for one in ("imageWidth", "imageHeight", "orientation")] == [
        "100",
        "200",
        "-90",
    ]
    points = found(root, ".//TextRegion/Coords")[0].get("points")
    assert points == "80,10 80,30 75,30 75,10"
