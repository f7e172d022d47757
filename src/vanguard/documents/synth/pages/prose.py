"""Pages of running text: plain, in columns, vocalised, with tatweel, mixed digits, sidebar, footnotes.

It does not know forms and tables.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from vanguard.documents.page import Box
from vanguard.documents.synth.layout.paragraph import Column, Item, Paragraph, place_box
from vanguard.documents.synth.layout.sheet import Area, Rule, Sheet
from vanguard.documents.synth.pages import furniture
from vanguard.documents.synth.pages.press import Press


def plain(press: Press) -> None:
    """One column, now and then with a title or a figure."""
    _columns(press, 1, press.prose(pure=True))


def two_columns(press: Press) -> None:
    """Two columns, the right one first."""
    _columns(press, 2, press.prose(pure=True))


def three_columns(press: Press) -> None:
    """Three columns, the rightmost first."""
    _columns(press, 3, press.prose(pure=True))


def vocalised(press: Press) -> None:
    """Text with all its vowel signs, in one column."""
    furniture.header(press, 0.3)
    press.pour([press.body()], press.prose("vocalised"))
    furniture.foot(press)


def tatweel(press: Press) -> None:
    """Text with stretched letters."""
    _columns(press, 1, press.prose(pure=True, tatweel=True))


def mixed_digits(press: Press) -> None:
    """Arabic with Latin words, numbers in both sets, dates, amounts and telephone numbers."""
    furniture.header(press)
    press.pour([press.body()], _figures(press))
    furniture.foot(press)


def _figures(press: Press) -> Iterator[Item]:
    press.own()
    yield press.heading(press.phrases.one("headings").split())
    while True:
        sentences = []
        for sentence in press.phrases.several("figures_sentences", press.dice.randint(2, 4)):
            if press.dice.random() < 0.3:
                other = replace(press.phrases, digits=press.dice.choice(["arabic", "latin"]))
                sentences.append(other.one("figures_sentences"))
            sentences.append(sentence)
        yield press.paragraph(" ".join(sentences).split())


def sidebar(press: Press) -> None:
    """A main column, and a shaded one beside it that is read after it."""
    furniture.header(press)
    body = press.body()
    wide = body.width * press.dice.uniform(0.26, 0.34)
    pad = press.style.body.size
    if press.dice.random() < 0.5:
        main = Column(body.left + wide + 2.5 * pad, body.right, body.top, body.bottom)
        side = Column(body.left, body.left + wide, body.top, body.bottom)
    else:
        main = Column(body.left, body.right - wide - 2.5 * pad, body.top, body.bottom)
        side = Column(body.right - wide, body.right, body.top, body.bottom)
    press.pour([main], press.prose())
    side.y = side.top = body.top + body.room * press.dice.uniform(0.0, 0.4)
    small = press.style.small(0.85)
    items: list[Item] = [replace(press.heading(press.say("sidebars").split(), 3), type=small)]
    texts = itertools.islice(press.prose(headings=False), press.dice.randint(1, 2))
    for item in texts:
        if isinstance(item, Paragraph):
            words = item.words[: press.dice.randint(25, 60)]
            items.append(replace(item, words=words, type=small, align="right", indent=0.0))
    press.pour([side], iter(items))
    press.shade(side, pad * 0.6)
    furniture.foot(press)


def footnotes(press: Press) -> None:
    """Text with marks, and the notes below it."""
    furniture.header(press)
    body = press.body()
    notes = furniture.footnotes(press, press.dice.randint(2, 4))
    area = Column(body.left, body.right, body.top, body.bottom - furniture.height(notes, body))
    press.pour([area], _marked(press, len(notes)))
    said = {
        word.text for block in press.sheet.blocks for line in block.lines for word in line.words
    }
    # a short page may have no room for all marks: a note without its mark would be an orphan
    kept = [note for note in notes if note.words[0] in said]
    if kept:
        furniture.place_footnotes(press, kept, body)
    furniture.foot(press)


def _marked(press: Press, count: int) -> Iterator[Item]:
    number = 1
    for item in press.prose():
        if number <= count and isinstance(item, Paragraph) and item.kind == "paragraph":
            place = press.dice.randint(1, max(1, min(len(item.words), 18)))
            mark = furniture.mark(press, number)
            yield replace(item, words=(*item.words[:place], mark, *item.words[place:]))
            number += 1
        else:
            yield item


def _columns(press: Press, count: int, items: Iterator[Item]) -> None:
    furniture.header(press)
    body = press.body()
    if press.dice.random() < 0.4:
        press.pour([body], iter([press.heading(press.say("headings").split(), 1, "title")]))
    columns = press.columns(count, body)
    press.pour(columns, _varied(press, items))
    furniture.foot(press)


def _varied(press: Press, items: Iterator[Item]) -> Iterator[Item]:
    chance = press.dice.random()
    where = press.dice.randint(1, 3)
    for number, item in enumerate(items):
        if number == where and chance < 0.25:
            yield Figure(press)
        elif number == where and chance < 0.5:
            yield from _list(press)
        yield item


def _list(press: Press) -> Iterator[Item]:
    """Three to six items with bullets or numbers."""
    press.own()
    mark = press.dice.choice(["•", "-", ""])
    name = press.dice.choice(["headings", "departments", "topics", "companies"])
    sentences = press.phrases.several(name, press.dice.randint(3, 6))
    for number, sentence in enumerate(sentences, start=1):
        shown = mark or press.phrases.number(f"{number}.")
        words = (shown, *sentence.split())
        yield replace(press.paragraph(list(words), "right"), kind="list_item", indent=0.0)


class Figure:
    """A drawing without words, and its caption."""

    def __init__(self, press: Press) -> None:
        self.press = press
        self.height = press.dice.uniform(5, 9) * press.style.body.pitch
        self.caption = press.note("caption", press.say("captions"), "centre")

    def place(self, sheet: Sheet, column: Column) -> Item | None:
        """Places drawing and caption, both or neither."""
        if column.room < self.height + 4 * self.caption.type.pitch:
            return self
        box = place_box(column, self.height)
        sheet.say_figure(box)
        _draw_bars(self.press, box)
        self.caption.place(sheet, column)
        return None


def _draw_bars(press: Press, box: Box) -> None:
    dice = press.dice
    count = dice.randint(3, 7)
    step = box.width / (count + 1)
    for number in range(count):
        left = box.left + step * (number + 0.7)
        tall = box.height * dice.uniform(0.2, 0.9)
        shade = dice.uniform(0.3, 0.8)
        bar = Box(left, box.bottom - tall - 1, left + step * 0.6, box.bottom - 1)
        press.sheet.areas.append(Area(bar, (shade, shade, min(1.0, shade + 0.1))))
    press.sheet.rules.append(Rule(box.left, box.bottom, box.right, box.bottom, 0.8))
    press.sheet.rules.append(Rule(box.left, box.top, box.left, box.bottom, 0.8))
