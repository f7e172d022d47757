"""Pages with known words in known places, and what an extractor makes of them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from vanguard.documents.page import Block, Box, Document, Line, Page, Word

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/documents-formats.md"
RTL, LTR = "rtl", "ltr"
# what a line shows, its direction, its words in logical order
LINES = {
    "Arabic": (RTL, "كتاب جديد عن تاريخ المدينة"),
    "vocalised": (RTL, "بِسْمِ اللَّهِ الرَّحْمٰنِ الرَّحِيمِ"),
    "punctuation": (RTL, "هو الأول، فمن الثاني؟"),
    "brackets": (RTL, "قال (الكاتب) إن «النص» مهم"),
    "Arabic-Indic digits": (RTL, "كان العدد ٣٥٦ من ١٬٢٣٤ كتابا"),
    "European digits": (RTL, "في عام 2024 كان العدد كبيرا"),
    "a date": (RTL, "التاريخ 12/03/2024 مساء"),
    "a Latin word": (RTL, "هذا ملف PDF جديد"),
    "Latin words": (RTL, "متصفح Google Chrome اليوم"),
    "joiners": (RTL, "او می‌خواهد برود"),
    "Arabic in Latin": (LTR, "The word كتاب means book"),
    "Latin": (LTR, "A plain English line"),
}
LETTER, GAP, HEIGHT, STEP = 6.5, 4.0, 14.0, 40.0
WIDTH, PAGE_HEIGHT, MARGIN, TOP = 595.0, 842.0, 60.0, 70.0


def composed(text):
    """In the normal form in which texts are compared."""
    return unicodedata.normalize("NFC", text)


def _runs(direction, words):
    """The words as they stand from left to right."""
    kinds = []
    for word in words:
        letters = {unicodedata.bidirectional(c) for c in word}
        kinds.append(RTL if letters & {"R", "AL"} else LTR if "L" in letters else direction)
    runs = []
    for n, kind in enumerate(kinds):
        if runs and runs[-1][0] == kind:
            runs[-1][1].append(n)
        else:
            runs.append((kind, [n]))
    if direction == RTL:
        runs.reverse()
    return [n for kind, run in runs for n in (run[::-1] if kind == RTL else run)]


def line(direction, text, top, right=WIDTH - MARGIN):
    """A line with a box for each word."""
    words = composed(text).split(" ")
    widths = [LETTER * sum(not unicodedata.combining(c) for c in word) for word in words]
    left = right - sum(widths) - GAP * (len(words) - 1) if direction == RTL else MARGIN
    boxes = {}
    for n in _runs(direction, words):
        boxes[n] = Box(left, top, left + widths[n], top + HEIGHT)
        left += widths[n] + GAP
    return Line(tuple(Word(word, boxes[n], 0.9) for n, word in enumerate(words)), None, direction)


def page(number=1, kinds=tuple(LINES)):
    """A page with a block for each kind of line."""
    blocks = []
    for n, kind in enumerate(kinds):
        direction, text = LINES[kind]
        written = line(direction, text, TOP + n * STEP)
        blocks.append(Block("paragraph", (written,), direction=direction))
    return Page(number, WIDTH, PAGE_HEIGHT, tuple(blocks))


def document(pages=1):
    """A document of such pages."""
    return Document(tuple(page(n) for n in range(1, pages + 1)), "صفحات.pdf")


_TURNED = str.maketrans("()[]«»", ")(][»«")
# some extractors put the direction into their text
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])


def verdict(kind, extracted):
    """What an extractor made of a line of that kind, in the words of the guide's table."""
    wanted = composed(LINES[kind][1])
    found = [_spaced(composed(text.translate(_CONTROLS))) for text in extracted.splitlines()]
    ways = {
        "yes": str,
        "brackets turned": lambda text: text.translate(_TURNED),
        "marks moved": lambda text: _spaced("".join(filter(_is_letter, text))),
        "spaces moved": lambda text: text.replace(" ", ""),
        "words moved": lambda text: sorted(text.split()),
        "letters moved": lambda text: sorted(text.replace(" ", "")),
    }
    for name, way in ways.items():
        if name == "brackets turned":
            if way(wanted) in found:
                return name
        elif way(wanted) in map(way, found):
            return name
    return "no"


def _spaced(text):
    return " ".join(text.split())


def _is_letter(character):
    return not unicodedata.combining(character) and unicodedata.category(character) != "Cf"


def promised(extractor):
    """What the guide's table says that an extractor makes of each kind of line."""
    rows = re.findall(r"^\| (.+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    head = next(n for n, row in enumerate(rows) if row.startswith("line |"))
    column = rows[head].split(" | ").index(extractor)
    cells = (row.split(" | ") for row in rows[head + 2 : head + 2 + len(LINES)])
    return {row[0]: row[column] for row in cells}
