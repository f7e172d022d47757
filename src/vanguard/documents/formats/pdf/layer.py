"""The invisible text of a page as drawing operators: words from left to right, as they are looked at.

It does not know the file around it. Extractors take the order of operators for what the eye sees and turn
right-to-left runs around themselves, as they must with the PDFs that browsers and word processors print;
so letters stand in visual order here, brackets mirrored. A line is one run of text with stretched spaces,
which most extractors need to find words at all. docs/guide/documents-formats.md has what each returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bidi import get_display
from bidi.mirror import MIRRORED

from vanguard.documents.formats.original import Placed, placed
from vanguard.documents.formats.pdf.font import DESCENT, MARK_WIDTH, WIDTH, Codes, is_mark
from vanguard.documents.formats.pdf.place import PlacedLine, PlacedWord, placed_lines
from vanguard.documents.page import Box, Direction, Page

FONT_NAME = b"VanguardText"
_INVISIBLE = 3
_LONGEST_STRING = 4000
# of the line's height: what extractors still take for a space
_LEAST_GAP = 0.15
# points that a word may give up at each end for it
_MOST_GIVEN = 1.0
# A variation selector that no text has: a mark, so it goes where the character before it goes. The
# algorithm turns brackets around and does not mirror them; the mark behind each tells which it turned.
_WITNESS = "\U000e01ef"
_MARKED = str.maketrans({sign: sign + _WITNESS for sign in MIRRORED})


def text_layer(page: Page, codes: Codes) -> bytes:
    """Operators that write the page's text, the origin being the bottom left corner of the file's page."""
    on_file = placed(page)
    return b"".join(_placed(line, page.height, codes, on_file) for line in placed_lines(page))


def _placed(line: PlacedLine, page_height: float, codes: Codes, on_file: Placed | None) -> bytes:
    shown = b"\n".join(_line(line, page_height, codes))
    text = b"BT\n%d Tr\n%s\nET\n" % (_INVISIBLE, shown)
    if on_file is None:
        return text
    box = Box(line.words[0].left, line.top, line.words[-1].right, line.bottom)
    return b"q %s cm\n%sQ\n" % (b" ".join(b"%.5f" % one for one in on_file.near(box)), text)


def visual(text: str, direction: Direction) -> str:
    """A word's characters from left to right (UAX #9), brackets mirrored where they are."""
    base = "R" if direction == "rtl" else "L"
    turned: str = get_display(text.translate(_MARKED), base_dir=base)
    return "".join(_mirrored(turned))


def _mirrored(turned: str) -> Iterator[str]:
    """Each bracket whose witness came to stand before it, mirrored; the witnesses left out."""
    characters = iter(turned)
    for character in characters:
        if character == _WITNESS:
            sign = next(characters, "")
            yield MIRRORED.get(sign, sign)
        else:
            yield character
            if character in MIRRORED:
                next(characters, None)


def _line(line: PlacedLine, page_height: float, codes: Codes) -> Iterator[bytes]:
    size = line.bottom - line.top
    baseline = page_height - line.bottom - size * DESCENT / 1000
    words = list(_apart(line.words, size * _LEAST_GAP))
    yield b"/%s %.2f Tf 1 0 0 1 %.2f %.2f Tm" % (FONT_NAME, size, words[0].left, baseline)
    at = words[0].left
    for n, word in enumerate(words):
        if n:
            # boxes that overlap: a step back, so that the space between keeps its width
            gap = max(word.left - at, size * _LEAST_GAP)
            if at + gap > word.left + 0.01:
                yield b"100 Tz [%.1f] TJ" % ((at + gap - word.left) / size * 1000)
            yield from _show(" ", gap, size, codes)
        yield from _show(visual(word.text, line.direction), word.right - word.left, size, codes)
        at = word.right


def _show(text: str, width: float, size: float, codes: Codes) -> Iterator[bytes]:
    marks = sum(map(is_mark, text))
    units = (len(text) - marks) * WIDTH + marks * MARK_WIDTH
    yield b"%.3f Tz" % (width / (units * size / 1000) * 100)
    written = b"".join(b"%04X" % codes(character) for character in text)
    for start in range(0, len(written), _LONGEST_STRING):
        yield b"<%s> Tj" % written[start : start + _LONGEST_STRING]


def _apart(words: Iterable[PlacedWord], gap: float) -> Iterator[PlacedWord]:
    """The words with room for a space between them, where a little of their width is enough for it."""
    before: PlacedWord | None = None
    for word in words:
        if before is None:
            before = word
            continue
        lack = gap - (word.left - before.right)
        if 0 < lack <= 2 * _MOST_GIVEN:
            give = min(lack / 2, (before.right - before.left) / 4, (word.right - word.left) / 4)
            before = before._replace(right=before.right - give)
            word = word._replace(left=word.left + give)  # noqa: PLW2901 - it is the narrowed word now
        yield before
        before = word
    if before is not None:
        yield before
