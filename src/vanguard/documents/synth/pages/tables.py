"""Pages with a table of numbers, ruled or not, with spans, sums and empty cells.

It does not know bills.
"""

from __future__ import annotations

from vanguard.documents.synth.layout.line import Align
from vanguard.documents.synth.layout.paragraph import Gap
from vanguard.documents.synth.layout.table import Entry, Look, Rules, TableItem
from vanguard.documents.synth.pages import furniture
from vanguard.documents.synth.pages.press import Press
from vanguard.documents.synth.text.marks import grouped
from vanguard.documents.synth.text.templates import words

# what the first column names
_ROWS = (("المدينة", "cities"), ("القسم", "departments"), ("الشهر", "months"), ("الصنف", "goods"))


def ruled_table(press: Press) -> None:
    """A table with lines around its cells."""
    _page(press, press.dice.choice(["all", "all", "all", "rows"]))


def borderless_table(press: Press) -> None:
    """A table without lines between its cells."""
    _page(press, press.dice.choice(["none", "none", "outer"]))


def _page(press: Press, rules: Rules) -> None:
    furniture.header(press)
    body = press.body()
    dice = press.dice
    caption = press.note("caption", press.say("table_captions"), "centre", 0.9)
    table = _table(press, rules)
    below = dice.random() < 0.3
    lead = [item for item, _ in zip(press.prose(headings=False), range(1), strict=False)]
    items = [*lead, Gap(press.style.body.size), *([] if below else [caption]), table]
    press.pour([body], iter(items))
    if any(block.kind == "table" for block in press.sheet.blocks):
        press.pour([body], iter([caption] if below else []))
        press.pour([body], press.prose())
    else:
        _table_alone(press, table)
    furniture.foot(press)


def _table_alone(press: Press, table: TableItem) -> None:
    """On small paper nothing but the table has room; what stood before it goes."""
    press.sheet.blocks = [block for block in press.sheet.blocks if block.kind == "header"]
    press.sheet.lines = press.sheet.lines[: len(press.sheet.blocks)]
    rows = table.rows
    while rows > 2:
        kept = tuple(e for e in table.entries if e.row + e.row_span <= rows)
        item = TableItem(rows, table.columns, kept, table.type, table.look)
        if item.place(press.sheet, press.body()) is None:
            return
        rows -= 1


def _table(press: Press, rules: Rules) -> TableItem:
    dice = press.dice
    columns, rows = dice.randint(3, 6), dice.randint(4, 12)
    spanned_head = dice.random() < 0.35 and columns >= 4
    first = 2 if spanned_head else 1
    align: Align = dice.choice(["centre", "centre", "right", "left"])
    what, kinds_of_rows = dice.choice(_ROWS)
    names = press.phrases.several(kinds_of_rows, rows)
    rows = len(names)
    entries = _head(press, what, columns, spanned=spanned_head)
    sums = [0] * columns
    decimals = [dice.choice([0, 0, 0, 1, 2]) for _ in range(columns)]
    percents = [dice.random() < 0.15 for _ in range(columns)]
    scale = [10 ** dice.randint(2, 6) for _ in range(columns)]
    for row in range(first, rows + first):
        entries.append(Entry(row, 0, names[row - first], header=True, align="right"))
        for column in range(1, columns):
            if dice.random() < 0.05:
                entries.append(Entry(row, column))
                continue
            value = dice.randint(1, 999 if percents[column] else scale[column])
            sums[column] += value
            text = grouped(value, press.style.digits, 1 if percents[column] else decimals[column])
            entries.append(
                Entry(row, column, text + ("%" if percents[column] else ""), align=align)
            )
    rows += first
    if dice.random() < 0.6:
        entries.append(Entry(rows, 0, "المجموع", header=True, align="right"))
        for column in range(1, columns):
            total = (
                ""
                if percents[column]
                else grouped(sums[column], press.style.digits, decimals[column])
            )
            entries.append(Entry(rows, column, total, align=align))
        rows += 1
    press.own()
    return TableItem(
        rows,
        columns,
        tuple(entries),
        press.style.small(0.95),
        _look(press, rules),
        press.style.gap * 2,
    )


def _head(press: Press, what: str, columns: int, *, spanned: bool) -> list[Entry]:
    topics = press.phrases.several("topics", columns - 1)
    if not spanned:
        names = [what, *topics]
        return [Entry(0, column, name, header=True) for column, name in enumerate(names)]
    periods = words()["periods"]
    last = columns - 1
    return [
        Entry(0, 0, what, row_span=2, header=True),
        Entry(0, 1, topics[0], column_span=last - 1, header=True),
        Entry(0, last, topics[1], row_span=2, header=True),
        *(Entry(1, column, periods[column - 1], header=True) for column in range(1, last)),
    ]


def _look(press: Press, rules: Rules) -> Look:
    dice = press.dice
    tint = dice.uniform(0.8, 0.95)
    return Look(
        rules,
        padding=press.style.body.size * dice.uniform(0.25, 0.5),
        head=(tint, tint, tint) if dice.random() < 0.5 else None,
        stripes=(0.95, 0.95, 0.95) if dice.random() < 0.25 else None,
        line_width=dice.uniform(0.4, 1.2),
    )
