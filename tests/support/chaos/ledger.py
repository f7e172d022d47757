"""Reads what the platform has written: rows and sums from its database, and its journal's length.

It does not judge.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ledger:
    """The tables, as plain values.

    Attributes:
        spend: micro-dollars by scope, window and start.
        rolled: cost and attempts by key, as the rollups add them up.
        budgets: amount and window by key.
    """

    rows: list[dict[str, Any]]
    spend: dict[tuple[str, str, int], int]
    rolled: dict[str, tuple[int, int]]
    budgets: dict[str, tuple[int, str]]
    key_names: dict[str, str]
    skipped_lines: int


def _connect(home: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"file:{home / 'vanguard.db'}?mode=ro", uri=True, timeout=10))


def read_ledger(home: Path) -> Ledger:
    """Everything, in one transaction."""
    with _connect(home) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        rows = [dict(row) for row in connection.execute("SELECT * FROM usage")]
        spend = {
            (row["scope_id"], row["budget_window"], row["start_ms"]): row["usd_micros"]
            for row in connection.execute("SELECT * FROM spend")
        }
        rolled = {
            row["key_id"]: (row["cost"], row["attempts"])
            for row in connection.execute(
                "SELECT key_id, SUM(cost_usd_micros) AS cost, SUM(attempts) AS attempts"
                " FROM rollups GROUP BY key_id"
            )
        }
        keys = list(connection.execute("SELECT * FROM keys"))
        (skipped,) = connection.execute("SELECT SUM(skipped_lines) FROM journal_marks").fetchone()
    budgets = {
        key["id"]: (key["budget_usd_micros"], key["budget_window"])
        for key in keys
        if key["budget_usd_micros"] is not None
    }
    names = {key["id"]: key["name"] for key in keys}
    return Ledger(rows, spend, rolled, budgets, names, skipped or 0)


def caught_up(home: Path) -> bool:
    """Whether control has read all that the gateways have written, and nothing is still open."""
    ends = {}
    for folder in (home / "journal").iterdir():
        last = max(folder.glob("*.journal"), default=None) if folder.is_dir() else None
        if last is not None:
            ends[folder.name] = int(last.stem) + last.stat().st_size
    with _connect(home) as connection:
        marks = dict(connection.execute("SELECT worker, byte_offset FROM journal_marks"))
    return marks == ends


def spent_by(ledger: Ledger, key_id: str) -> int:
    """What a key has spent for ever."""
    return ledger.spend.get((key_id, "total", 0), 0)
