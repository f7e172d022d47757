"""What is painted beside text, by PDFium, on pages written by hand."""

import pytest

from support.layer_pdfs import LayerPdf
from vanguard.documents.layers.contract import Limits
from vanguard.documents.layers.extractors.glance import GlanceExtractor


def drawn(tmp_path, *content, rotate=0):
    pdf = LayerPdf().line(["ب"], top=100)
    pdf.pages[-1] += [part.encode() for part in content]
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf.bytes(rotate=rotate))
    opened = GlanceExtractor().open(path, "", Limits())
    try:
        return opened.read(0).drawn
    finally:
        opened.close()


def test_a_stroke_is_a_rule(tmp_path):
    (one,) = drawn(tmp_path, "0 G 1 w 50 742 m 250 742 l S")
    assert (one.what, one.left, one.top, one.right, one.bottom) == ("rule", 50, 100, 250, 100)


def test_a_thin_rectangle_is_a_rule_and_a_large_one_an_area(tmp_path):
    thin, large = drawn(tmp_path, "0 g 50 700 200 0.5 re f", "0.8 g 50 600 200 50 re f")
    assert (thin.what, large.what, large.shade) == ("rule", "area", 204)
    assert (large.left, large.top, large.right, large.bottom) == (50, 192, 250, 242)


def test_a_frame_is_four_rules(tmp_path):
    found = drawn(tmp_path, "0 G 50 600 200 50 re S")
    assert [one.what for one in found] == ["rule"] * 4


def test_a_curve_is_a_drawing_and_white_lines_are_not_seen(tmp_path):
    found = drawn(tmp_path, "0 G 50 600 m 60 700 90 700 99 600 c S", "1 G 50 500 m 250 500 l S")
    assert [one.what for one in found] == ["drawing"]


def test_scaled_contents_are_where_they_are_seen(tmp_path):
    (one,) = drawn(tmp_path, "q 2 0 0 2 0 0 cm 0 G 25 300 m 100 300 l S Q")
    assert (one.left, one.top, one.right) == (50, 242, 200)


def test_white_text_is_pale(tmp_path):
    found = drawn(tmp_path, "1 g BT /F1 12 Tf 60 500 Td <0001> Tj ET")
    assert [one.what for one in found] == ["pale"]


@pytest.mark.parametrize(("rotate", "wide"), [(90, False), (180, True), (270, False)])
def test_a_rotated_page_is_as_it_is_looked_at(tmp_path, rotate, wide):
    (one,) = drawn(tmp_path, "0 G 50 742 m 250 742 l S", rotate=rotate)
    assert (one.right - one.left > one.bottom - one.top) is wide


def test_a_map_is_no_tables(tmp_path):
    lines = " ".join(f"{n % 500} {n // 500} m {n % 500 + 9} {n // 500} l S" for n in range(6100))
    assert drawn(tmp_path, lines) == ()
