"""Letters and bills."""

from support.synthetic import page, press
from vanguard.documents.synth.pages import forms
from vanguard.documents.synth.text.marks import grouped


def test_a_bill_adds_up():
    for seed in range(10):
        one = press(seed)
        item = forms.bill(one, 4)
        texts = {(entry.row, entry.column): entry.text for entry in item.entries}

        def value(row, column, texts=texts, one=one):
            known = {grouped(n, one.phrases.digits): n for n in range(41)}
            text = texts[row, column]
            return known[text] if text in known else cents(text)

        amounts = [value(row, 4) for row in range(1, 5)]
        assert amounts == [value(row, 2) * value(row, 3) for row in range(1, 5)]
        total, tax, due = (cents(texts[row, 4]) for row in (5, 6, 7))
        assert total == sum(amounts)
        assert tax == (total * 15 + 50) // 100
        assert due == total + tax


def cents(text):
    return int(
        "".join(str("٠١٢٣٤٥٦٧٨٩".find(c)) if c in "٠١٢٣٤٥٦٧٨٩" else c for c in text if c.isdigit())
    )


def test_a_letter_has_its_parts_in_order():
    text = page("letter").clean.pages[0].text
    places = [text.index(word) for word in ("الرقم:", "التاريخ:", "السيد/", "الموضوع:", "بعد:")]
    assert places == sorted(places)


def test_an_invoice_has_a_title_and_its_table():
    kinds = [block.kind for block in page("invoice").clean.pages[0].blocks]
    assert kinds.index("header") < kinds.index("title") < kinds.index("table")
