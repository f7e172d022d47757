"""What every kind of page is made with: a sheet, a style, texts and phrases, and a record of what was used.

It does not know the kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vanguard.documents.page import BlockKind, Box
from vanguard.documents.synth.dice import Dice
from vanguard.documents.synth.layout.line import Align, Type, set_line
from vanguard.documents.synth.layout.paragraph import BASELINE, Column, Item, Paragraph, pour
from vanguard.documents.synth.layout.sheet import Area, Rule, Sheet
from vanguard.documents.synth.pages.style import Style
from vanguard.documents.synth.text import templates
from vanguard.documents.synth.text.marks import in_digits, stretch
from vanguard.documents.synth.text.source import Part, Texts
from vanguard.documents.synth.text.source import Style as TextStyle

_LATIN = re.compile("[A-Za-z]")
# sections in a row without a purely Arabic passage, after which any passage will do
_MISSES = 30


class Press:
    """A page being made.

    Attributes:
        used: text, section and licence of all that the page says.
    """

    def __init__(self, dice: Dice, style: Style, texts: Texts) -> None:
        self.dice = dice
        self.style = style
        self.texts = texts
        self.sheet = Sheet(*style.paper)
        self.phrases = templates.Phrases(dice, style.digits)
        self.used: set[tuple[str, str, str]] = set()

    def body(self) -> Column:
        """The place between the margins."""
        left, top, right, bottom = self.style.margin
        return Column(left, self.sheet.width - right, top, self.sheet.height - bottom)

    def columns(self, count: int, area: Column) -> list[Column]:
        """An area as columns, the rightmost first."""
        gutter = self.style.body.size * self.dice.uniform(1.4, 2.2)
        wide = (area.width - gutter * (count - 1)) / count
        rights = [area.right - number * (wide + gutter) for number in range(count)]
        if count > 1 and self.dice.random() < 0.25:
            for right in rights[:-1]:
                x = right - wide - gutter / 2
                self.sheet.rules.append(Rule(x, area.y, x, area.bottom, 0.4))
        return [Column(right - wide, right, area.y, area.bottom) for right in rights]

    def prose(
        self,
        style: TextStyle = "plain",
        *,
        pure: bool = False,
        tatweel: bool = False,
        headings: bool = True,
    ) -> Iterator[Item]:
        """Headings and paragraphs of one section, then of another, without an end.

        `pure` leaves out those with Latin letters, where the texts have others at all.
        """
        for part in self._parts(style, pure=pure):
            words = self.local(part.text).split()
            if tatweel:
                words = [stretch(w, self.dice) if self.dice.random() < 0.3 else w for w in words]
            if not part.heading:
                yield self.paragraph(words)
            elif headings:
                yield self.heading(words)

    def _parts(self, style: TextStyle, *, pure: bool) -> Iterator[Part]:
        misses = 0
        while True:
            section, parts = self.texts.draw(self.dice, style)
            chosen = [part for part in parts if part.heading or not _LATIN.search(part.text)]
            if not pure or misses >= _MISSES:
                chosen = list(parts)
            if all(part.heading for part in chosen):
                misses += 1
                continue
            self.used.add((section.source, section.name, section.licence))
            yield from chosen

    def paragraph(self, words: list[str], align: Align | None = None) -> Paragraph:
        """A paragraph of the body."""
        style = self.style
        return Paragraph(
            tuple(words), style.body, align or style.align, indent=style.indent, after=style.gap
        )

    def heading(self, words: list[str], level: int = 2, kind: BlockKind = "heading") -> Paragraph:
        """A heading; a title is of level 1."""
        style = self.style
        align: Align = "centre" if kind == "title" or style.align == "centre" else "right"
        return Paragraph(tuple(words), style.heading, align, kind, level, after=style.gap, keep=2)

    def note(
        self, kind: BlockKind, text: str, align: Align = "right", size: float = 0.8
    ) -> Paragraph:
        """A caption, a footnote or another small line."""
        return Paragraph(
            tuple(text.split()), self.style.small(size), align, kind, after=self.style.gap
        )

    def say(self, name: str) -> str:
        """A phrase of our own words."""
        self.own()
        return self.phrases.one(name)

    def own(self) -> None:
        """Records that the page has words of our own."""
        self.used.add((templates.SOURCE, "", templates.LICENCE))

    def local(self, text: str) -> str:
        """A text whose plain numbers are in the page's digits."""
        return " ".join(
            in_digits(word, self.style.digits) if word.strip(".,()").isdecimal() else word
            for word in text.split()
        )

    def pour(self, columns: list[Column], items: Iterator[Item]) -> None:
        """Fills columns."""
        pour(self.sheet, columns, items)

    def line(self, kind: BlockKind, text: str, y: float, align: Align, type_: Type) -> None:
        """One line between the margins, its top at `y`."""
        column = self.body()
        place = (column.left, column.right, y + type_.pitch * BASELINE)
        words = [word for word in text.split() if type_.prints(word)]
        if words:
            self.sheet.say(kind, [set_line(self.sheet, words, type_, place, align)])

    def shade(self, column: Column, margin: float) -> None:
        """Shades the place of a column, down to where it is filled."""
        tint = self.dice.uniform(0.84, 0.95)
        box = Box(
            column.left - margin, column.top - margin, column.right + margin, column.y + margin
        )
        self.sheet.areas.append(Area(box, (tint, tint, min(tint + 0.04, 1.0))))
