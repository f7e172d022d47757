"""Text added to a PDF: nothing of it changes, and words stand where they are seen, however it is turned."""

import io

import msgspec
import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from support.pages import LETTER, composed, document, page
from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.pdf.overlay import write_overlay
from vanguard.documents.page import Document, Original, Page

INK = b"2 0 0 2 30 0 cm 0 0 90 90 re f"
TEXT = b"BT /F0 20 Tf 50 50 Td (printed) Tj ET"


def source(rotate=0, content=INK, contents=None, on_its_side=False):
    """A page 595 × 842 as it is looked at, its box away from the origin, all but its content inherited."""
    width, height = (595, 842) if (rotate % 180 == 0) != on_its_side else (842, 595)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate %d /MediaBox [10 20 %d %d] /Resources "
        b"<< /Font << /F0 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        % (rotate, width + 10, height + 20),
        b"<< /Type /Page /Parent 2 0 R %s >>"
        % (b"/Contents 4 0 R" if contents is None else contents),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 5\n0000000000 65535 f \n" + table + end


def overlaid(data, value=None, **wishes):
    out = io.BytesIO()
    write_overlay(value or document(), data, out, **wishes)
    return out.getvalue()


def text_of(data):
    with pypdfium2.PdfDocument(data) as opened:
        return opened[0].get_textpage().get_text_range()


def picture(data):
    with pypdfium2.PdfDocument(data) as opened:
        return opened[0].render(scale=0.5).to_pil().tobytes()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_words_stand_where_they_are_seen(rotate):
    before = source(rotate)
    after = overlaid(before)
    assert after.startswith(before)
    assert picture(after) == picture(before)
    box = page().blocks[0].lines[0].words[0].box
    x, y = (box.left + box.right) / 2, 842 - (box.top + box.bottom) / 2
    inner = {0: (x, y), 90: (842 - y, x), 180: (595 - x, 842 - y), 270: (y, 595 - x)}[rotate]
    with pypdfium2.PdfDocument(after) as opened:
        text = opened[0].get_textpage()
        left, bottom, right, top = text.get_charbox(1)
        assert composed(text.get_text_range()).startswith("كتاب جديد")
        assert abs((left + right) / 2 - inner[0] - 10) < 15
        assert abs((bottom + top) / 2 - inner[1] - 20) < 15


def test_a_page_of_another_size_is_fitted():
    read = page()
    double = Document((Page(1, read.width * 2, read.height * 2, read.blocks),))
    with pypdfium2.PdfDocument(overlaid(source(), double)) as opened:
        left, _, right, _ = opened[0].get_textpage().get_charbox(0)
    assert right - left == pytest.approx(LETTER / 2, abs=0.1)


def test_text_of_its_own_is_left_alone_unless_wished():
    printed = source(content=TEXT)
    assert overlaid(printed) == printed
    both = text_of(overlaid(printed, over_text=True))
    assert "printed" in both
    assert "كتاب جديد" in both


@pytest.mark.parametrize("contents", [b"", b"/Contents [4 0 R 4 0 R]", b"/Contents null"])
def test_contents_of_any_shape(contents):
    assert "كتاب جديد" in text_of(overlaid(source(contents=contents)))


def encrypted():
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(source())))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be updated"),
        (b"%PDF-1.7 nothing", "cannot be updated"),
        (encrypted(), "encrypted"),
    ],
)
def test_what_cannot_be_updated_is_refused(data, said):
    with pytest.raises(InvalidRequest, match=said):
        overlaid(data)


def test_a_page_that_is_not_there_is_refused():
    with pytest.raises(InvalidRequest, match="page 2 was read, but the PDF has 1 pages"):
        overlaid(source(), document(2))


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_the_text_of_a_page_that_was_turned_lies_as_the_page_does(turned):
    wide, high = (595, 842) if turned == 180 else (842, 595)
    corners = [(0, 0), (wide, 0), (wide, high), (0, high)]
    quarters = turned // 90
    original = Original(wide, high, turned, tuple(corners[-quarters:] + corners[:-quarters]))
    read = msgspec.structs.replace(page(), original=original)
    before = source(on_its_side=turned != 180)
    after = overlaid(before, Document((read,)))
    assert picture(after) == picture(before)
    if turned != 180:  # pdfium takes words that stand on their heads from left to right
        assert "كتاب جديد" in composed(text_of(after))
    with pypdfium2.PdfDocument(after) as opened:
        opened[0].set_rotation((opened[0].get_rotation() + turned) % 360)
        turned_page = io.BytesIO()
        opened.save(turned_page)
    # looked at upright, words are where they were read: a viewer that turns the page finds them there
    assert seen_places(turned_page.getvalue())[0] == pytest.approx(first_word(), abs=15)


def first_word():
    box = page().blocks[0].lines[0].words[0].box
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def seen_places(data):
    """Middles of letters on the page as it is looked at, from its top left corner."""
    with pypdfium2.PdfDocument(data) as opened:
        shown = opened[0]
        turn, (left, bottom, right, top) = shown.get_rotation(), shown.get_cropbox()
        text = shown.get_textpage()
        found = []
        for at in range(1, 3):
            box = text.get_charbox(at)
            x, y = (box[0] + box[2]) / 2 - left, (box[1] + box[3]) / 2 - bottom
            wide, high = right - left, top - bottom
            found.append(
                {0: (x, high - y), 90: (y, x), 180: (wide - x, y), 270: (high - y, wide - x)}[turn]
            )
        return found
