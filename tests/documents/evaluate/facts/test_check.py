"""Facts on pages: each kind holds, fails, and says why."""

import pytest

from vanguard.documents.evaluate.facts import check
from vanguard.documents.evaluate.facts.check import check_all, repeats, wrong
from vanguard.documents.evaluate.facts.fact import Absent, Baseline, Cell, Number, Order, Present
from vanguard.documents.evaluate.forms import lenient, strict
from vanguard.documents.evaluate.sources import markdown
from vanguard.documents.evaluate.sources.content import Content

PAGE = markdown.content("""# باب البيع

اشترى التاجر ١٢٠ كتابا، ثم باع منها ٣٠ كتابا.

| البند | العدد | الثمن |
|---|---|---|
| كتب | ١٢٠ | ٥٠٠ |
| أقلام | ٣٠ | |

وفي الخاتمة كلام عن الربح.
""")
NAMED = {"id": "1", "document": "a"}


def said(fact, content=PAGE, normal=strict.normal):
    return wrong(fact, content, normal)


@pytest.mark.parametrize(
    "fact",
    [
        Present(text="اشترى التاجر", **NAMED),
        Present(text="اشتري التاجر", max_diffs=1, **NAMED),
        Absent(text="فيما يلي النص", **NAMED),
        Order(before="باب البيع", after="الخاتمة", **NAMED),
        Order(before="باب البيغ", after="الخاتمه", max_diffs=1, **NAMED),
        Cell(cell="١٢٠", above="العدد", previous="كتب", next="٥٠٠", below="٣٠", **NAMED),
        Cell(cell="اقلام", above="كتب", max_diffs=1, **NAMED),
        Number(number="١٢٠", count=2, **NAMED),
        Baseline(max_chars=500, **NAMED),
    ],
)
def test_it_holds(fact):
    assert said(fact) == ""


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (Present(text="اشتري التاجر", **NAMED), "not there"),
        (Absent(text="اشترى التاجر", **NAMED), "must not be"),
        (Absent(text="اشتري التاجر", max_diffs=1, **NAMED), "must not be"),
        (Order(before="الخاتمة", after="باب البيع", **NAMED), "does not stand before"),
        (Order(before="لا شيء", after="باب البيع", **NAMED), "not there: لا شيء"),
        (Order(before="باب البيع", after="لا شيء", **NAMED), "not there: لا شيء"),
        (Cell(cell="١٢٠", previous="أقلام", **NAMED), "other neighbours"),
        (Cell(cell="٣٠", next="٥٠٠", **NAMED), "other neighbours"),
        (Cell(cell="دفاتر", **NAMED), "no cell is"),
        (Number(number="١٢٠", count=3, **NAMED), "2 times, not 3"),
        (Number(number="١٢", **NAMED), "0 times"),
        (Number(number="120", **NAMED), "0 times"),
        (Baseline(max_chars=10, **NAMED), "at most 10"),
        (Present(text="\u200f", **NAMED), "no text in this form"),
    ],
)
def test_it_does_not_hold_and_says_why(fact, why):
    assert why in said(fact)


def test_the_form_decides_about_digits_and_marks():
    assert said(Number(number="120", count=2, **NAMED), normal=lenient.normal) == ""
    assert said(Present(text="اشْتَرى", **NAMED), normal=lenient.normal) == ""


@pytest.mark.parametrize(
    "fact", [Absent(text="لا شيء", **NAMED), Baseline(**NAMED), Present(text="نص", **NAMED)]
)
def test_nothing_holds_of_a_page_that_was_not_read(fact):
    assert said(fact, Content(failed="dark")) == "dark"
    assert said(fact, Content()) == "nothing was read"


def test_a_cell_needs_a_table():
    assert said(Cell(cell="كتب", **NAMED), markdown.content("كتب ١٢٠")) == "there is no table"


def test_neighbours_reach_over_spans():
    rows = "<tr><td rowspan=2>أ</td><td>ب</td></tr><tr><td>ج</td></tr>"
    content = markdown.content(f"<table>{rows}</table>")
    assert said(Cell(cell="ج", previous="أ", above="ب", **NAMED), content) == ""
    assert said(Cell(cell="أ", next="ج", **NAMED), content) == ""


@pytest.mark.parametrize(
    ("text", "times"), [("", 1), ("أ ب ج", 1), ("أ أ أ", 3), ("س أ ب أ ب أ ب ص", 3), ("أ ب أ", 1)]
)
def test_repeats_are_counted(text, times):
    assert repeats(text.split()) == times


def test_loops_and_foreign_scripts_fail_the_baseline():
    assert "20 times in a row" in said(Baseline(**NAMED), markdown.content("قال إن " * 20))
    assert "的 is of a script" in said(Baseline(**NAMED), markdown.content("نص 的"))
    assert "same character" in said(Baseline(**NAMED), markdown.content("نص " + "ه" * 400))
    assert said(Baseline(**NAMED), markdown.content("المقدمة " + "." * 200 + " ٥")) == ""


def test_all_facts_are_counted_by_kind_and_document():
    facts = [
        Present(id="1", document="a", page=1, text="نص"),
        Present(id="2", document="a", page=2, text="نص"),
        Absent(id="3", document="b", text="نص"),
        Baseline(id="4", document="c"),
    ]
    pages = {"a": {1: markdown.content("نص"), 3: PAGE}, "b": {0: PAGE}}
    found = check_all(facts, pages, strict.FORM, draws=20)
    assert found.counts == {"present": 2, "absent": 1, "baseline": 1}
    assert found.rates == {
        "mean": pytest.approx(0.5), "all": 0.5, "present": 0.5, "absent": 1.0, "baseline": 0.0,
    }  # fmt: skip
    assert [(one.id, bool(one.wrong)) for one in found.results] == [
        ("2", True), ("4", True), ("1", False), ("3", False),
    ]  # fmt: skip
    assert found.results[0].wrong == "no prediction of this page"
    assert set(found.intervals) == set(found.rates)


def test_a_fact_about_the_whole_sees_all_pages():
    fact = Order(before="أول هنا", after="آخر هناك", **NAMED)
    pages = {"a": {1: markdown.content("أول هنا"), 2: markdown.content("آخر هناك")}}
    assert check_all([fact], pages, strict.FORM).rates["order"] == 1
    assert check._page(0, {}).failed
