"""Letters and bills.

It does not know tables of numbers in reports.
"""

from __future__ import annotations

from vanguard.documents.synth.layout.line import Align
from vanguard.documents.synth.layout.paragraph import Gap, Item, Paragraph
from vanguard.documents.synth.layout.sheet import Rule
from vanguard.documents.synth.layout.table import Entry, Look, TableItem
from vanguard.documents.synth.pages import furniture
from vanguard.documents.synth.pages.press import Press
from vanguard.documents.synth.text.marks import grouped

VAT_PERCENT = 15


def letter(press: Press) -> None:
    """A letter: head, number and date, whom to, subject, body, close, name."""
    phrases = press.phrases
    press.own()
    body = press.body()
    _head(press)
    items: list[Item] = [
        _line(press, phrases.fill("الرقم: {number}/{n}")),
        _line(press, f"التاريخ: {phrases.date()}"),
        Gap(press.style.body.size),
        _line(press, f"السيد/ {phrases.one('names')} المحترم"),
        _line(press, f"{phrases.one('departments')} - {phrases.one('companies')}"),
        Gap(press.style.body.size * 0.7),
        press.heading(f"الموضوع: {phrases.one('letter_subjects')}".split(), 3),
        _line(press, phrases.one("greetings")),
        *(
            press.paragraph(text.split())
            for text in phrases.several("letter_bodies", press.dice.randint(3, 6))
        ),
        _line(press, phrases.one("letter_closings")),
        Gap(press.style.body.size),
        _line(press, phrases.one("names"), "left"),
        _line(press, f"مدير {phrases.one('departments')}", "left"),
    ]
    body.y = body.top + press.style.body.pitch
    press.pour([body], iter(items))
    furniture.foot(press, 0.3)


def _head(press: Press) -> None:
    type_ = press.style.small(1.1)
    y = press.style.margin[1] - type_.pitch * 1.2
    press.line(
        "header", press.phrases.one("companies"), y, press.dice.choice(["right", "centre"]), type_
    )
    body = press.body()
    below = y + type_.pitch * 1.1
    press.sheet.rules.append(Rule(body.left, below, body.right, below, 1.0))


def _line(press: Press, text: str, align: Align = "right") -> Paragraph:
    return Paragraph(tuple(text.split()), press.style.body, align, after=press.style.gap * 0.5)


def invoice(press: Press) -> None:
    """A bill: who, when, a table of goods whose sums add up, tax, total."""
    phrases = press.phrases
    press.own()
    _head(press)
    body = press.body()
    body.y = body.top + press.style.body.pitch * 0.5
    items: list[Item] = [
        press.heading(
            press.dice.choice(["فاتورة", "فاتورة ضريبية", "فاتورة مبيعات"]).split(), 1, "title"
        ),
        _line(press, phrases.fill("رقم الفاتورة: {number}")),
        _line(press, f"التاريخ: {phrases.date()}"),
        _line(press, f"العميل: {phrases.one('names')}، {phrases.one('cities')}"),
        Gap(press.style.body.size * 0.6),
        bill(press, press.dice.randint(3, 9)),
        _line(press, phrases.fill("يحوّل المبلغ إلى الحساب رقم {account} خلال {small} يوما.")),
    ]
    press.pour([body], iter(items))
    if not any(block.kind == "table" for block in press.sheet.blocks):
        bill(press, 2).place(press.sheet, body)
    furniture.foot(press, 0.3)


def bill(press: Press, count: int) -> TableItem:
    """The table of a bill with `count` goods; amounts are whole hundredths, so that all adds up."""
    dice, phrases = press.dice, press.phrases
    names = ["م", "الصنف", "الكمية", "سعر الوحدة", "المبلغ"]
    entries = [Entry(0, column, name, header=True) for column, name in enumerate(names)]
    total = 0
    for row, good in enumerate(phrases.several("goods", count), start=1):
        quantity, price = dice.randint(1, 40), dice.randint(2, 4000) * dice.choice([5, 25, 50, 100])
        total += quantity * price
        entries += [
            Entry(row, 0, phrases.number(str(row))),
            Entry(row, 1, good, align="right"),
            Entry(row, 2, grouped(quantity, phrases.digits)),
            Entry(row, 3, phrases.money(price)),
            Entry(row, 4, phrases.money(quantity * price)),
        ]
    # the tax is rounded to a whole hundredth, half up, as tax offices ask
    tax = (total * VAT_PERCENT + 50) // 100
    rows = count + 1
    for label, amount in [
        ("الإجمالي قبل الضريبة", total),
        (f"ضريبة القيمة المضافة {phrases.number(str(VAT_PERCENT))}%", tax),
        ("الإجمالي المستحق", total + tax),
    ]:
        entries.append(Entry(rows, 0, label, column_span=4, header=True, align="left"))
        entries.append(Entry(rows, 4, phrases.money(amount)))
        rows += 1
    tint = dice.uniform(0.82, 0.95)
    look = Look(
        "all", press.style.body.size * 0.35, (tint, tint, tint) if dice.random() < 0.6 else None
    )
    return TableItem(rows, 5, tuple(entries), press.style.small(0.92), look, press.style.gap * 2)
