"""ALTO 4.4, against the rules of its definition that concern what is written (altoxml/schema, v4, 2022)."""

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.pages import document, page
from vanguard.documents.formats.text import clean
from vanguard.documents.formats.xml.alto import NAMESPACE, write_alto
from vanguard.documents.page import (
    Block,
    Box,
    Cell,
    Document,
    Line,
    Original,
    Page,
    Reason,
    Table,
    Word,
)

PLACE = {"HPOS", "VPOS", "WIDTH", "HEIGHT"}
BLOCK = {"ID", "TAGREFS", "CS", "ROTATION", *PLACE}
# by an element: its children in their order, what must be said of it, what may be
RULES = {
    "alto": ("Description? Tags? Layout", set(), {"SCHEMAVERSION"}),
    "Description": ("MeasurementUnit sourceImageInformation? Processing*", set(), set()),
    "MeasurementUnit": ("", set(), set()),
    "sourceImageInformation": ("fileName?", set(), set()),
    "fileName": ("", set(), set()),
    "Processing": ("processingSoftware?", {"ID"}, set()),
    "processingSoftware": ("softwareName?", set(), set()),
    "softwareName": ("", set(), set()),
    "Tags": ("(LayoutTag|OtherTag)*", set(), set()),
    "LayoutTag": ("", {"ID", "LABEL"}, set()),
    "OtherTag": ("", {"ID", "LABEL"}, {"TYPE", "DESCRIPTION"}),
    "Layout": ("Page+", set(), set()),
    "Page": ("PrintSpace?", {"ID", "PHYSICAL_IMG_NR"}, {"WIDTH", "HEIGHT", "PC", "QUALITY_DETAIL"}),
    "PrintSpace": ("(TextBlock|Illustration|ComposedBlock)*", set(), PLACE),
    "ComposedBlock": ("(TextBlock|Illustration|ComposedBlock)*", {"ID"}, {*BLOCK, "TYPE"}),
    "Illustration": ("", {"ID"}, BLOCK),
    "TextBlock": ("TextLine*", {"ID"}, {*BLOCK, "LANG"}),
    "TextLine": ("String (SP? String)*", set(), {*PLACE, "BASEDIRECTION"}),
    "String": ("", {"CONTENT"}, {*PLACE, "WC"}),
    "SP": ("", set(), PLACE),
}


def breaches(root):
    """What an element has that the definition does not allow, or lacks that it wants."""
    names = [element.get("ID") for element in root.iter() if element.get("ID")]
    if len(names) != len(set(names)):
        yield "an ID twice"
    for element in root.iter():
        tag = etree.QName(element)
        if tag.namespace != NAMESPACE or tag.localname not in RULES:
            yield f"unknown {tag}"
            continue
        children, required, allowed = RULES[tag.localname]
        pattern = re.sub(r"(\w+)", r"(?:\1 )", children).replace(") ", ")").replace(" (", "(")
        there = "".join(f"{etree.QName(child).localname} " for child in element)
        if not re.fullmatch(pattern.replace("  ", " "), there):
            yield f"{tag.localname} has {there}"
        if required - set(element.attrib) or set(element.attrib) - required - allowed:
            yield f"{tag.localname} says {sorted(element.attrib)}"
        assert all(float(element.get(name, "0")) >= 0 for name in PLACE)
        values = [float(element.get(name, "0")) for name in ("WC", "PC")]
        if not all(0 <= one <= 1 for one in values) or element.get("CS", "true") != "true":
            yield f"{tag.localname} has other values than it may"
        if not set(element.get("TAGREFS", "").split()) <= set(names):
            yield "a tag that is not there"


def written(value, dpi=None):
    out = io.BytesIO()
    write_alto(value, out, dpi)
    root = etree.fromstring(out.getvalue())
    assert list(breaches(root)) == []
    return root


def found(root, path):
    return root.findall(re.sub(r"\w+", rf"{{{NAMESPACE}}}\g<0>", path))


def test_words_with_places_and_confidences_in_logical_order():
    root = written(document())
    assert found(root, ".//MeasurementUnit")[0].text == "inch1200"
    line = found(root, ".//TextLine")[0]
    assert line.get("BASEDIRECTION") == "rtl"
    words = [child for child in line if child.get("CONTENT")]
    assert [word.get("CONTENT") for word in words] == ["كتاب", "جديد", "عن", "تاريخ", "المدينة"]
    box = page().blocks[0].lines[0].words[0].box
    assert int(words[0].get("HPOS")) == round(box.left * 1200 / 72)
    assert words[0].get("WC") == "0.900"


def test_pixels_where_a_resolution_is_known():
    root = written(document(), 144)
    assert found(root, ".//MeasurementUnit")[0].text == "pixel"
    assert found(root, ".//Page")[0].get("WIDTH") == "1190"


def test_tables_figures_and_failed_pages():
    table = Table(1, 2, (Cell(0, 0, (Line((Word("٣"),)),), box=Box(0, 0, 9, 9)), Cell(0, 1)))
    blocks = (
        Block("table", table=table),
        Block("figure", box=Box(0, 0, 72, 72)),
        Block("paragraph"),
    )
    root = written(Document((Page(1, 72, 72, blocks), Page(2, 72, 72, failed="no\x00ink"))))
    assert [etree.QName(e).localname for e in found(root, ".//PrintSpace")[0]] == [
        "ComposedBlock",
        "Illustration",
        "TextBlock",
    ]
    assert found(root, ".//Illustration")[0].get("WIDTH") == "1200"
    assert found(root, ".//Page")[1].get("QUALITY_DETAIL") == "could not be read: no\ufffdink"


def test_what_was_said_of_blocks_and_cells_is_tagged():
    cell = Cell(0, 0, (Line((Word("٣"),)),), confidence=0.5, doubts=("the sum is ٤",))
    unsure = Reason("unsure_block", "confidence 0.40")
    told = {"reader": "vision:eyes", "tier": "review"}
    blocks = (
        Block("table", table=Table(1, 1, (cell,)), reasons=(unsure,), confidence=0.4, **told),
        Block("paragraph", (Line((Word("ab"),)),), reasons=(unsure,), confidence=1.1, **told),
        Block("paragraph", (Line((Word("ab"),)),), reasons=(Reason("corrected", "by a person"),)),
    )
    root = written(Document((Page(1, 72, 72, blocks),)))
    tags = {one.get("ID"): one for one in found(root, ".//OtherTag")}

    def tagged(element):
        names = element.get("TAGREFS").split()
        return [(tags[n].get("TYPE"), tags[n].get("LABEL")) for n in names if n in tags]

    table, text, by_hand = found(root, ".//PrintSpace")[0]
    assert tagged(table) == [
        ("tier", "review"),
        ("reader", "vision:eyes"),
        ("confidence", "0.400"),
        ("reason", "unsure_block"),
    ]
    assert tagged(table[0]) == [("confidence", "0.500"), ("doubt", "failed_check")]
    assert tagged(text)[2] == ("confidence", "1.000")
    assert len([one for one in tags.values() if one.get("LABEL") == "unsure_block"]) == 1
    says = {one.get("DESCRIPTION") for one in tags.values()}
    assert {"confidence 0.40", "the sum is ٤"} <= says
    assert [one.get("CS") for one in (table, text, by_hand)] == [None, None, "true"]
    assert found(root, ".//Page")[0].get("PC") == "0.867"  # (0.4 + 2 * 1.1) / 3


def test_the_rules_can_be_broken():
    root = written(document())
    found(root, ".//String")[0].attrib.pop("CONTENT")
    found(root, ".//TextLine")[1].clear()
    assert len(list(breaches(root))) == 2


@given(st.lists(st.text(), max_size=4), st.text())
def test_any_text_is_well_formed(words, name):
    value = Document(
        (Page(1, 9, 9, (Block("paragraph", (Line(tuple(map(Word, words))),)),)),), name
    )
    texts = [word.get("CONTENT") for word in found(written(value), ".//String")]
    assert texts == list(filter(None, map(clean, words)))


def test_a_page_that_lay_on_its_side_is_placed_on_its_image():
    original = Original(100, 200, 90, ((0, 200), (0, 0), (100, 0), (100, 200)))
    word = Word("x", Box(10, 20, 30, 25))
    block = Block("paragraph", (Line((word,), word.box),), word.box)
    out = io.BytesIO()
    write_alto(Document((Page(1, 200, 100, (block,), original=original),)), out, 72)
    root = etree.fromstring(out.getvalue())
    assert not list(breaches(root))
    (shown,) = root.iterfind(".//{*}Page")
    assert (shown.get("WIDTH"), shown.get("HEIGHT")) == ("100", "200")
    (text,) = root.iterfind(".//{*}TextBlock")
    assert text.get("ROTATION") == "90"
    (string,) = root.iterfind(".//{*}String")
    assert [string.get(one) for one in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == [
        "20",
        "170",
        "5",
        "20",
    ]
