"""Tables of numbers: a whole grid, sums that add up."""

import re
import unicodedata

import pytest

from support.synthetic import page, press
from vanguard.documents.synth.pages import tables


def table_of(made):
    return next(block.table for block in made.clean.pages[0].blocks if block.kind == "table")


def number(text):
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    return int(digits) if digits else 0


@pytest.mark.parametrize("kind", ["ruled_table", "borderless_table"])
def test_each_place_is_covered_once(kind):
    table = table_of(page(kind))
    covered = [
        (row, column)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    ]
    assert sorted(covered) == [(r, c) for r in range(table.rows) for c in range(table.columns)]


def test_sums_add_up():
    checked = 0
    for seed in range(12):
        item = tables._table(press(seed), "all")
        last = item.rows - 1
        if not any(entry.text == "المجموع" for entry in item.entries):
            continue
        for column in range(1, item.columns):
            cells = [e for e in item.entries if e.column == column and not e.header]
            total = next(entry for entry in cells if entry.row == last)
            parts = [entry for entry in cells if entry.row < last]
            if any("%" in entry.text for entry in parts):
                assert total.text == ""
            else:
                assert number(total.text) == sum(number(entry.text) for entry in parts)
                checked += 1
    assert checked > 5


def test_looks_differ_by_kind():
    ruled = {tables._table(press(n), "all").look.rules for n in range(3)}
    assert ruled == {"all"}
    assert re.search("جدول", page("ruled_table").clean.pages[0].text)
