"""A searchable PDF from page images: each image as it came where PDF can hold it, its text with it.

It does not know where the images are from; one is asked for when its page is written, and forgotten after.
A page that was read turned or flattened is shown as it came, upright, its text over the words that it shows.
"""

from __future__ import annotations

from typing import BinaryIO

from vanguard.documents.formats.pdf.file import PdfFile, text_string
from vanguard.documents.formats.pdf.font import Codes
from vanguard.documents.formats.pdf.image import write_image
from vanguard.documents.formats.pdf.layer import FONT_NAME, text_layer
from vanguard.documents.formats.pdf.typeface import write_typeface
from vanguard.documents.formats.text import clean, main_direction
from vanguard.documents.formats.wishes import PageImages
from vanguard.documents.page import Document, Page


def write_scans(document: Document, images: PageImages, out: BinaryIO) -> None:
    """Writes the document page by page.

    Args:
        document: what was read.
        images: by a page's number the bytes of an image file; None leaves the page white.
        out: where to.

    Raises:
        InvalidRequest: when an image cannot be read or is too large.
    """
    file = PdfFile(out)
    codes = Codes()
    tree, typeface = file.reserve(), file.reserve()
    fonts = b"/Font << /%s %d 0 R >>" % (FONT_NAME, typeface)
    pages = [
        _page(file, page, images(page.number), text_layer(page, codes), tree, fonts)
        for page in document.pages
    ]
    write_typeface(file, codes, typeface)
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    file.add(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids), tree)
    # no /Direction /R2L with it: pdfium, and so Chromium, would then turn around Latin lines too
    language = b"/Lang (ar)" if main_direction(document) == "rtl" else b""
    root = file.add(b"<< /Type /Catalog /Pages %d 0 R %s >>" % (tree, language))
    title = text_string(clean(document.source))
    file.finish(root, file.add(b"<< /Title %s /Producer (Vanguard) >>" % title))


def _page(
    file: PdfFile, page: Page, image: bytes | None, layer: bytes, tree: int, fonts: bytes
) -> int:
    content, resources = layer, fonts
    given = page.original or page
    if image is not None:
        number = write_image(file, image, page.number)
        content += b"q %.2f 0 0 %.2f 0 0 cm /Page Do Q" % (given.width, given.height)
        resources += b" /XObject << /Page %d 0 R >>" % number
    # the image stays as it came, and viewers turn the page
    turn = b"/Rotate %d " % page.original.turned if page.original is not None else b""
    stream = file.add_stream(content)
    return file.add(
        b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.2f %.2f] %s/Contents %d 0 R "
        b"/Resources << %s >> >>" % (tree, given.width, given.height, turn, stream, resources)
    )
