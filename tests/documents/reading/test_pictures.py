import io
import zlib

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter

from support.layer_pdfs import LayerPdf
from vanguard.core.errors import DocumentTooLarge, DocumentUnreadable
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.pictures import draw_page

LIMITS = ReadingLimits()


@pytest.mark.parametrize(("rotate", "shape"), [(0, (842, 595)), (90, (595, 842))])
def test_a_page_is_drawn_as_it_is_looked_at(tmp_path, rotate, shape):
    path = tmp_path / "a.pdf"
    path.write_bytes(LayerPdf().bytes(rotate=rotate))
    page = draw_page(path, 1, 72, LIMITS)
    assert page.grey.shape == shape
    assert page.dots_per_inch == pytest.approx(72)


def test_a_large_page_is_drawn_coarser(born_digital):
    page = draw_page(born_digital, 1, 200, ReadingLimits(pixels=500_000))
    assert page.grey.size <= 505_000
    with pytest.raises(DocumentTooLarge, match="8 by 12 inches"):
        draw_page(born_digital, 1, 200, ReadingLimits(pixels=5_000))


def test_what_cannot_be_drawn_is_said(tmp_path, born_digital):
    with pytest.raises(DocumentUnreadable, match="Page 9 cannot be drawn"):
        draw_page(born_digital, 9, 72, LIMITS)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    with pytest.raises(DocumentUnreadable, match="Page 1 cannot be drawn"):
        draw_page(tmp_path / "b.pdf", 1, 72, LIMITS)


def test_a_locked_page_is_drawn_with_its_password(tmp_path, born_digital):
    writer = PdfWriter(clone_from=born_digital)
    writer.encrypt("secret", algorithm="AES-256-R5")
    writer.write(tmp_path / "locked.pdf")
    page = draw_page(tmp_path / "locked.pdf", 1, 72, LIMITS, "secret")
    assert (page.grey == draw_page(born_digital, 1, 72, LIMITS).grey).all()
    with pytest.raises(DocumentUnreadable, match="password"):
        draw_page(tmp_path / "locked.pdf", 1, 72, LIMITS)


ARROW = np.full((60, 40), 255, np.uint8)
ARROW[:20, :10] = 0  # dark in one corner, to tell which side is up
BITS = np.packbits(ARROW > 0, axis=1).tobytes()
GREY = b"/ColorSpace /DeviceGray /BitsPerComponent "


def jpeg_2000():
    out = io.BytesIO()
    Image.fromarray(ARROW).save(out, "JPEG2000")
    return out.getvalue()


def group_4():
    out = io.BytesIO()
    Image.fromarray(ARROW).convert("1").save(out, "TIFF", compression="group4")
    with Image.open(out) as image:
        at, long = image.tag_v2[273][0], image.tag_v2[279][0]
        return out.getvalue()[at : at + long], image.tag_v2[262] == 1


def with_image(entries, data, soft=b""):
    """A PDF of one page that an image fills."""
    head = b"/Type /XObject /Subtype /Image /Width 40 /Height 60 "
    place = b"q 40 0 0 60 0 0 cm /I Do Q"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 40 60] /Contents 4 0 R "
            b"/Resources << /XObject << /I 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(place), place),
        b"<< %s%s /Length %d >>\nstream\n%s\nendstream" % (head, entries, len(data), data),
        b"<< %s%s8 /Length %d >>\nstream\n%s\nendstream" % (head, GREY, len(soft), soft),
    ]
    body = b"%PDF-1.5\n"
    offsets = []
    for number, value in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + (
        b"xref\n0 7\n0000000000 65535 f \n%strailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(body))
    )


FAX, ONES_ARE_BLACK = group_4()
FAXED = b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 40 /Rows 60 /BlackIs1 %s >>"


@pytest.mark.parametrize(
    "data",
    [
        with_image(GREY + b"1", BITS),
        with_image(b"/ImageMask true /BitsPerComponent 1", BITS),
        with_image(
            b"/ImageMask true /BitsPerComponent 1 /Decode [1 0]", bytes(255 - one for one in BITS)
        ),
        with_image(GREY + b"8 /SMask 6 0 R", bytes(2400), (255 - ARROW).tobytes()),
        with_image(GREY + b"8 /Filter /FlateDecode", zlib.compress(ARROW.tobytes())),
        with_image(b"/Filter /JPXDecode", jpeg_2000()),
        with_image(GREY + b"1 " + FAXED % (b"true" if ONES_ARE_BLACK else b"false"), FAX),
    ],
    ids=["bits", "mask", "turned mask", "soft mask", "deflated", "jpeg 2000", "group 4"],
)
def test_each_kind_of_image_in_a_pdf_is_drawn(tmp_path, data):
    (tmp_path / "a.pdf").write_bytes(data)
    grey = draw_page(tmp_path / "a.pdf", 1, 72, LIMITS).grey
    assert grey.shape == (60, 40)
    assert grey[3, 3] < 80
    assert min(grey[3, 36], grey[50, 3], grey[50, 36]) > 200
