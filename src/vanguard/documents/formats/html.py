"""A document as one HTML page: semantic elements with language and direction, and what readers said.

It does not know where images are from. Nothing in it runs, and nothing is fetched.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import msgspec
from PIL import Image

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.html_table import html_table
from vanguard.documents.formats.lists import take_marker
from vanguard.documents.formats.text import clean, language, line_texts, main_direction
from vanguard.documents.formats.wishes import PageImages, Wishes
from vanguard.documents.page import FURNITURE, Block, BlockKind, Box, Cell, Document, Line, Page

_STYLE = """\
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.7 }
section + section { margin-top: 2rem; border-top: 1px solid #ccc }
section > img { max-width: 100%; border: 1px solid #ccc }
table { border-collapse: collapse }
td, th { border: 1px solid #999; padding: .2rem .5rem; vertical-align: top }
header, footer, aside, .failed { color: #555; font-size: .9em }
[data-tier=review] { background: #fff6d6 }
[data-tier=reject] { background: #ffe1de }"""


class HtmlStyle(msgspec.Struct, frozen=True):
    """What can be chosen.

    Attributes:
        furniture: headers, footers and page numbers too.
        words: each word in an element of its own, with its confidence and its box.
    """

    furniture: bool = False
    words: bool = False


class _Element(NamedTuple):
    """A start tag without its angle brackets, and the name that ends it."""

    start: str
    name: str


_ELEMENTS: dict[BlockKind, _Element] = {
    "title": _Element("h1", "h1"),
    "paragraph": _Element("p", "p"),
    "table": _Element("div", "div"),
    "figure": _Element("figure", "figure"),
    "caption": _Element('p class="caption"', "p"),
    "footnote": _Element('aside role="doc-footnote"', "aside"),
    "header": _Element("header", "header"),
    "footer": _Element("footer", "footer"),
    "page_number": _Element('footer class="page-number"', "footer"),
}
PLAIN = HtmlStyle()


def no_images(number: int) -> None:
    """No page has an image."""
    del number


def to_html(document: Document, style: HtmlStyle = PLAIN, images: PageImages = no_images) -> str:
    """The whole page."""
    return "".join(html_parts(document, style, images))


def html_parts(
    document: Document, style: HtmlStyle = PLAIN, images: PageImages = no_images
) -> Iterator[str]:
    """The same piece by piece, no more than a page at a time.

    Args:
        document: what is written.
        style: what of it.
        images: by a page's number the bytes of an image file, which then stands in the HTML itself.

    Raises:
        InvalidRequest: when an image cannot be read.
    """
    direction = main_direction(document)
    lang = "ar" if direction == "rtl" else ""
    title = html.escape(clean(document.source) or "document")
    yield (
        f'<!DOCTYPE html>\n<html lang="{lang}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>\n"
    )
    for page in document.pages:
        size = f'data-width="{page.width:g}" data-height="{page.height:g}"'
        yield f'<section id="page-{page.number}" {size}>\n'
        image = images(page.number)
        if image is not None:
            yield f'<img alt="" src="{_data_uri(image, page.number)}">\n'
        yield from _page(page, style)
        yield "</section>\n"
    yield "</main>\n</body>\n</html>\n"


def write(document: Document, out: BinaryIO, wishes: Wishes) -> None:
    """Writes the document; see `registry.Writer`."""
    style = HtmlStyle(furniture=wishes.furniture, words=wishes.words)
    out.writelines(
        part.encode() for part in html_parts(document, style, wishes.images or no_images)
    )


def _page(page: Page, style: HtmlStyle) -> Iterator[str]:
    if page.failed:
        said = html.escape(clean(page.failed))
        yield f'<p class="failed" lang="en" dir="ltr">Page {page.number} could not be read: {said}</p>\n'
    open_list = ""
    for block in page.blocks:
        wanted, opening, item = "", "", ""
        if block.kind == "list_item":
            wanted, item = _item(block, style)
            if not item:
                continue
        if wanted != open_list:
            opening = f"</{open_list}>\n" if open_list else ""
            opening += f"<{wanted}>\n" if wanted else ""
            open_list = wanted
        yield opening + (item or _block(block, style))
    if open_list:
        yield f"</{open_list}>\n"


def _block(block: Block, style: HtmlStyle) -> str:
    if block.kind in FURNITURE and not style.furniture:
        return ""
    if block.kind == "heading":
        name = f"h{min(block.level or 2, 6)}"
        element = _Element(name, name)
    else:
        element = _ELEMENTS[block.kind]
    if block.table is not None:
        content = html_table(block.table, _doubts)
    else:
        content = _lines(block.lines, style)
        if not content and block.kind != "figure":
            return ""
    return f"<{element.start}{_attributes(block)}>{content}</{element.name}>\n"


def _item(block: Block, style: HtmlStyle) -> tuple[str, str]:
    """The list that it belongs into, and the item; empty when nothing is in it."""
    lines = line_texts(block.lines)
    if not lines:
        return "", ""
    marker, first = take_marker(lines[0])
    content = html.escape(" ".join([first, *lines[1:]]), quote=False)
    if style.words:
        content = _lines(block.lines, style)
    number = "" if marker.number is None else f' value="{marker.number}"'
    name = "ul" if marker.number is None else "ol"
    return name, f"<li{number}{_attributes(block)}>{content}</li>\n"


def _lines(lines: tuple[Line, ...], style: HtmlStyle) -> str:
    if not style.words:
        return html.escape("\n".join(line_texts(lines)), quote=False)
    written = (
        " ".join(
            f"<span{_measured(word.confidence, word.box)}>{html.escape(text, quote=False)}</span>"
            for word in line.words
            if (text := clean(word.text))
        )
        for line in lines
    )
    return "\n".join(filter(None, written))


def _attributes(block: Block) -> str:
    lang = language(block.text)
    said = [f' lang="{lang}" dir="{block.direction}"', _measured(block.confidence, block.box)]
    for name, value in (
        ("tier", block.tier or ""),
        ("reader", block.reader),
        ("reasons", "; ".join(reason.says for reason in block.reasons)),
        ("codes", " ".join(dict.fromkeys(reason.code for reason in block.reasons))),
        ("alternatives", "\n".join(f"{one.reader}: {one.text}" for one in block.alternatives)),
    ):
        if value:
            said.append(f' data-{name}="{html.escape(clean(value))}"')
    return "".join(said)


def _measured(confidence: float | None, box: Box | None) -> str:
    said = "" if confidence is None else f' data-confidence="{confidence:.3g}"'
    if box is not None:
        said += f' data-box="{" ".join(f"{value:.5g}" for value in msgspec.structs.astuple(box))}"'
    return said


def _doubts(cell: Cell) -> str:
    said = _measured(cell.confidence, cell.box)
    if cell.doubts:
        said += f' data-doubts="{html.escape(clean("; ".join(cell.doubts)))}"'
    return said


def _data_uri(image: bytes, page: int) -> str:
    try:
        with Image.open(io.BytesIO(image)) as opened:
            kind = opened.format or ""
            if kind not in {"JPEG", "PNG", "WEBP"}:
                # what no browser shows
                file = io.BytesIO()
                opened.convert("RGB").save(file, "PNG")
                image, kind = file.getvalue(), "PNG"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidRequest(f"the image of page {page} cannot be read: {error}") from error
    return f"data:image/{kind.lower()};base64,{base64.b64encode(image).decode()}"
