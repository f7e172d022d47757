"""The grid of a table in pixels: where its cells are and what each covers.

It does not know how it was found or what is written in it. Columns are counted from the left here;
who reads the table turns them round when it is read from the right.
"""

from __future__ import annotations

from dataclasses import dataclass

from vanguard.documents.page import Box


@dataclass(frozen=True)
class Place:
    """A cell without content: its first row and column, what it spans, where it is."""

    row: int
    column: int
    box: Box
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True)
class Grid:
    """Places in order of rows, then columns; no two cover the same."""

    rows: int
    columns: int
    places: tuple[Place, ...]
    box: Box


def edges(middles: list[float], near: float) -> list[float]:
    """Where lines run that were found in pieces: middles less than `near` apart are one line."""
    groups: list[list[float]] = []
    for middle in sorted(middles):
        if groups and middle - groups[-1][-1] < near:
            groups[-1].append(middle)
        else:
            groups.append([middle])
    return [sum(group) / len(group) for group in groups]
