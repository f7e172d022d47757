"""What runs around a page's text: header, footer, page number, footnotes.

It does not know the text.
"""

from __future__ import annotations

from vanguard.documents.synth.layout.line import Align
from vanguard.documents.synth.layout.paragraph import BASELINE, Column, Paragraph, broken
from vanguard.documents.synth.layout.sheet import Rule
from vanguard.documents.synth.pages.press import Press


def header(press: Press, chance: float = 0.5) -> None:
    """A running header above the text, perhaps with a line below it."""
    if press.dice.random() >= chance:
        return
    type_ = press.style.small(0.75)
    y = press.style.margin[1] - type_.pitch * 1.5
    align: Align = press.dice.choice(["right", "left", "centre"])
    press.line("header", press.say("headings"), y, align, type_)
    if press.dice.random() < 0.5:
        body = press.body()
        below = y + type_.pitch * 1.05
        press.sheet.rules.append(Rule(body.left, below, body.right, below, 0.5))


def foot(press: Press, chance: float = 0.7) -> None:
    """A page number, and now and then a footer, below the text."""
    type_ = press.style.small(0.75)
    y = press.body().bottom + type_.pitch * 0.35
    if press.dice.random() < 0.2:
        press.line("footer", press.say("companies"), y, "right", type_)
        if press.dice.random() < chance:
            press.line("page_number", _number(press), y, "left", type_)
    elif press.dice.random() < chance:
        align: Align = press.dice.choice(["centre", "centre", "left", "right"])
        press.line("page_number", _number(press), y, align, type_)


def _number(press: Press) -> str:
    dice = press.dice
    number = dice.randint(1, 400)
    form = dice.choice(["{}", "{}", "- {} -", "({})", "صفحة {}", "{} / " + str(number + 37)])
    return press.phrases.number(form.format(number))


def footnotes(press: Press, count: int) -> list[Paragraph]:
    """Footnotes, numbered as their marks in the text are."""
    texts = press.phrases.several("footnotes", count)
    press.own()
    return [
        press.note("footnote", f"{mark(press, number)} {text}")
        for number, text in enumerate(texts, start=1)
    ]


def mark(press: Press, number: int) -> str:
    """A footnote's mark."""
    return press.phrases.number(f"({number})")


def height(notes: list[Paragraph], area: Column) -> float:
    """How much room footnotes take, with their line."""
    lines = sum(len(list(broken(note.words, note.type, area.width))) for note in notes)
    if not notes:
        return 0.0
    return lines * notes[0].type.pitch + sum(note.after for note in notes) + notes[0].type.pitch


def place_footnotes(press: Press, notes: list[Paragraph], area: Column) -> None:
    """Sets footnotes at the foot of an area, below a short line."""
    top = area.bottom - height(notes, area)
    y = top + notes[0].type.pitch * (1 - BASELINE)
    press.sheet.rules.append(Rule(area.right - area.width * 0.3, y, area.right, y, 0.5))
    column = Column(area.left, area.right, top + notes[0].type.pitch * 0.5, area.bottom)
    press.pour([column], iter(notes))
