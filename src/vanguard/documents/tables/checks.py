"""Checks of a read table: what does not add up or does not look like its column gets a doubt.

It does not know images or readers, and changes no text: doubts are for people.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from vanguard.documents.page import Cell, Table
from vanguard.documents.tables.forms import is_number, is_regular, value

_TOTAL = re.compile("مجموع|جمالي|إجمال|اجمال|total|sum", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_UNSURE = 0.6
_MOSTLY = 0.6
_LEAST_ROWS = 3
_MOST_COLUMNS = 12  # products are looked for among so many

Doubts = dict[tuple[int, int], list[str]]


def checked(table: Table) -> Table:
    """The same table, its cells with what is to be doubted about them."""
    doubts: Doubts = {}
    places = {(cell.row, cell.column): cell for cell in table.cells}
    for cell in table.cells:
        _look_at(cell, doubts)
    for column in range(table.columns):
        of_column = [cell for cell in table.cells if cell.column == column and cell.lines]
        _form_of(of_column, doubts)
    _sums(table, places, doubts)
    _products(table, places, doubts)
    cells = tuple(
        msgspec.structs.replace(
            cell, doubts=(*cell.doubts, *doubts.get((cell.row, cell.column), ()))
        )
        for cell in table.cells
    )
    return msgspec.structs.replace(table, cells=cells)


def _say(doubts: Doubts, cell: Cell, words: str) -> None:
    doubts.setdefault((cell.row, cell.column), []).append(words)


def _look_at(cell: Cell, doubts: Doubts) -> None:
    if cell.lines and cell.confidence is not None and cell.confidence < _UNSURE:
        _say(doubts, cell, f"read with little certainty ({cell.confidence:.0%})")
    if is_number(cell.text) and not is_regular(cell.text):
        _say(doubts, cell, "digits are grouped as no number is")


def _form_of(cells: list[Cell], doubts: Doubts) -> None:
    """Numbers of a column look alike: all are numbers, with equally many decimals."""
    body = [cell for cell in cells if not cell.header or _DIGIT.search(cell.text)]
    numbers = [cell for cell in body if is_number(cell.text)]
    if len(numbers) < _LEAST_ROWS or len(numbers) < _MOSTLY * len(body):
        return
    for cell in body:
        if not is_number(cell.text):
            _say(doubts, cell, "not a number, among numbers")
    decimals = [_decimals(cell) for cell in numbers]
    usual = max(set(decimals), key=decimals.count)
    if decimals.count(usual) >= 0.75 * len(decimals):
        for cell, found in zip(numbers, decimals, strict=True):
            if found != usual:
                _say(doubts, cell, f"{found} decimals where its column has {usual}")


def _decimals(cell: Cell) -> int:
    worth = value(cell.text)
    exponent = worth.as_tuple().exponent if worth is not None else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _sums(table: Table, places: dict[tuple[int, int], Cell], doubts: Doubts) -> None:
    """A row that is called a total is the sum of what stands above it, down from the last total."""
    totals = [
        row
        for row in range(1, table.rows)
        if any(_TOTAL.search(cell.text) for cell in table.cells if cell.row == row)
    ]
    for column in range(table.columns):
        for row in totals[:1]:
            cell = places.get((row, column))
            worth = value(cell.text) if cell is not None else None
            above = [places.get((one, column)) for one in range(row)]
            parts = [one for one in above if one is not None and one.lines and not one.header]
            known = [found for one in parts if (found := value(one.text)) is not None]
            if cell is None or worth is None or len(known) < 2 or len(known) < len(parts):
                continue
            if sum(known) != worth:
                _say(doubts, cell, f"the cells above add up to {sum(known)}")


def _products(table: Table, places: dict[tuple[int, int], Cell], doubts: Doubts) -> None:
    """Where one column is the product of two others in most rows, it is to be so in all."""
    columns = range(min(table.columns, _MOST_COLUMNS))
    for result in columns:
        for one in columns:
            for other in range(one + 1, len(columns)):
                if result not in (one, other):
                    _product(table, places, doubts, (one, other, result))


def _product(
    table: Table,
    places: dict[tuple[int, int], Cell],
    doubts: Doubts,
    columns: tuple[int, int, int],
) -> None:
    right, wrong = 0, []
    for row in range(table.rows):
        cells = [places.get((row, column)) for column in columns]
        worth = [value(cell.text) if cell is not None else None for cell in cells]
        first, second, result = worth
        if first is None or second is None or result is None or Decimal(1) in (first, second):
            continue
        if first * second == result:
            right += 1
        else:
            wrong.append((cells[2], first * second))
    if right < _LEAST_ROWS or right < _MOSTLY * (right + len(wrong)):
        return
    for cell, product in wrong:
        if cell is not None:
            _say(doubts, cell, f"its row multiplies to {product}")
