"""Prints tables, JSON and text: for people on a terminal, for programs in a pipe.

It does not know what is printed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click

# Characters that would move the cursor, change colours or hide text: never from others to a terminal.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def on_terminal() -> bool:
    """Whether a person sees standard output."""
    return sys.stdout.isatty()


def print_json(value: object) -> None:
    """One JSON value, indented; frozen values are written as objects."""
    import msgspec  # noqa: PLC0415 - not for --help

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: frozenset[str] = frozenset()
) -> None:
    """A table on a terminal; in a pipe lines of fields with tabs between, the names first.

    Args:
        columns: names.
        rows: one text for each column.
        numbers: columns to be aligned on the right.
    """
    if not on_terminal():
        for row in (columns, *rows):
            click.echo("\t".join(plain(field, keep="") for field in row))
        return
    from rich import box  # noqa: PLC0415 - only on a terminal
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(field)) for field in row))
    Console(file=sys.stdout).print(table)


def plain(text: str, *, keep: str = "\n\t") -> str:
    """Text without control characters but for those in `keep`, which is some of LF and TAB."""
    text = _CONTROLS.sub("", text)
    for character in "\n\t":
        if character not in keep:
            text = text.replace(character, " ")
    return text


def count(number: int | None) -> str:
    """An amount with its thousands apart; nothing for None."""
    return "" if number is None else f"{number:,}" if on_terminal() else str(number)


def moment(at: datetime | None) -> str:
    """A time in UTC to the minute; nothing for None."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def note(text: str) -> None:
    """A faint line on standard error, for people only."""
    click.secho(text, dim=True, err=True)
