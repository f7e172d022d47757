"""Folds a batch of journal records into the rows and sums that it adds or changes.

It does not know SQL: it is given the rows that exist and says what to write.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vanguard.core.journal import Intent, Record, Settled
from vanguard.snapshot.model import Window
from vanguard.snapshot.window import window_start_ms

Row = dict[str, Any]  # columns of one usage row by name
RowKey = tuple[str, int]  # request id and attempt

HOUR_MS = 3_600_000
WINDOWS: tuple[Window, ...] = ("total", "day", "month")
GROUP = (
    "organisation_id",
    "team_id",
    "user_id",
    "key_id",
    "model",
    "deployment",
    "provider",
    "operation",
)
SUMMED = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_usd_micros",
)
ADDED = ("attempts", "retried", "failed", *SUMMED, "unknown_price_requests", "unsettled_requests")
MERGED = ("state", "retried", "status", "settled_at_ms", "scopes", *GROUP)
FAILURES = ("failed", "truncated")


class Folded(msgspec.Struct):
    """What a batch writes; `rollups` and `spend` are amounts to add."""

    inserted: list[Row]
    updated: list[tuple[RowKey, Row]]
    rollups: list[Row]
    spend: list[Row]


def fold(worker: str, entries: Iterable[tuple[int, Record]], known: dict[RowKey, Row]) -> Folded:
    """Applies records in their order to the rows that exist.

    Args:
        worker: whose journal it is.
        entries: each record with the byte offset of its line.
        known: existing rows of the same requests, with the `MERGED` columns.
    """
    folding = _Folding(worker, known)
    for offset, record in entries:
        if isinstance(record, Intent):
            folding.open(offset, record)
        else:
            folding.settle(offset, record)
    return folding.result()


class _Folding:
    """The state of one fold."""

    def __init__(self, worker: str, known: dict[RowKey, Row]) -> None:
        self._worker = worker
        self._known = known
        self._new: dict[RowKey, Row] = {}
        self._changed: dict[RowKey, Row] = {}
        self._rollups: dict[tuple[Any, ...], dict[str, int]] = {}
        self._spend: dict[tuple[str, Window, int], int] = {}

    def open(self, offset: int, intent: Intent) -> None:
        key = (intent.request_id, intent.attempt)
        if self._row(key) is not None:
            return  # read before: a journal that was rewound
        self._new[key] = _blank(self._worker, offset) | msgspec.structs.asdict(intent)
        self._new[key]["scopes"] = list(intent.scopes)
        if intent.attempt > 0:
            self._retry((intent.request_id, intent.attempt - 1))

    def settle(self, offset: int, settled: Settled) -> None:
        key = (settled.request_id, settled.attempt)
        row = self._row(key)
        if row is None:
            row = self._new[key] = _orphan(self._worker, offset, settled)
        elif row["state"] == "settled":
            return  # read before
        self._write(key, _settlement(settled))
        self._add(row, settled.at_ms, _amounts(settled, retried=row["retried"]))
        for scope in row["scopes"]:
            for window in WINDOWS:
                place = (scope, window, window_start_ms(window, settled.at_ms))
                self._spend[place] = self._spend.get(place, 0) + settled.cost_usd_micros

    def result(self) -> Folded:
        return Folded(
            inserted=[self._new[key] for key in sorted(self._new)],
            updated=sorted(self._changed.items(), key=lambda item: item[0]),
            rollups=[
                dict(zip(("hour_ms", *GROUP), place, strict=True)) | amounts
                for place, amounts in sorted(self._rollups.items())
            ],
            spend=[
                {"scope_id": scope, "budget_window": window, "start_ms": start, "usd_micros": sum_}
                for (scope, window, start), sum_ in sorted(self._spend.items())
            ],
        )

    def _row(self, key: RowKey) -> Row | None:
        return self._new.get(key) or self._known.get(key)

    def _write(self, key: RowKey, columns: Row) -> None:
        if key in self._new:
            self._new[key].update(columns)
        else:
            self._known[key].update(columns)
            self._changed.setdefault(key, {}).update(columns)

    def _retry(self, key: RowKey) -> None:
        """A further attempt replaces this one: its failure is no longer the request's."""
        row = self._row(key)
        if row is None or row["retried"]:
            return
        self._write(key, {"retried": True})
        if row["state"] == "settled":
            failed = -1 if row["status"] in FAILURES else 0
            self._add(row, row["settled_at_ms"], {"retried": 1, "failed": failed})

    def _add(self, row: Row, at_ms: int, amounts: dict[str, int]) -> None:
        place = (at_ms - at_ms % HOUR_MS, *(row[name] for name in GROUP))
        sums = self._rollups.setdefault(place, dict.fromkeys(ADDED, 0))
        for name, amount in amounts.items():
            sums[name] += amount


def _settlement(settled: Settled) -> Row:
    columns: Row = msgspec.structs.asdict(settled.usage)
    # is in the cost, and no column
    del columns["media"]
    return columns | {
        "state": "settled",
        "settled_at_ms": settled.at_ms,
        "status": settled.status,
        "http_status": settled.http_status,
        "error": settled.error,
        "cost_usd_micros": settled.cost_usd_micros,
        "price_unknown": settled.price_unknown,
        "first_token_ms": None if settled.first_token_ms < 0 else settled.first_token_ms,
        "duration_ms": settled.duration_ms,
    }


def _amounts(settled: Settled, *, retried: bool) -> dict[str, int]:
    usage = settled.usage
    return {
        "attempts": 1,
        "retried": int(retried),
        "failed": int(settled.status in FAILURES and not retried),
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens + usage.cache_write_1h_tokens,
        "cost_usd_micros": settled.cost_usd_micros,
        "unknown_price_requests": int(settled.price_unknown),
        "unsettled_requests": int(settled.status == "unsettled"),
    }


def _blank(worker: str, offset: int) -> Row:
    """An open row; every row of an insert has the same columns."""
    settled = Settled(request_id="", attempt=0, at_ms=0, status="ok")
    empty = {"settled_at_ms": None, "status": None, "http_status": None, "error": None}
    return (
        _settlement(settled)
        | empty
        | {"duration_ms": None, "state": "open", "orphan": False, "retried": False}
        | {"worker": worker, "journal_offset": offset}
    )


def _orphan(worker: str, offset: int, settled: Settled) -> Row:
    """A row for a record whose intent was never seen; kept, so that no cost is lost."""
    nobody = Intent(
        request_id=settled.request_id,
        attempt=settled.attempt,
        at_ms=settled.at_ms,
        key_id="",
        organisation_id="",
        team_id="",
        user_id="",
        scopes=(),
        model="",
        deployment="",
        provider="",
        upstream_model="",
        operation="",
        dialect="",
    )
    row = _blank(worker, offset) | msgspec.structs.asdict(nobody)
    return row | {"scopes": [], "orphan": True}
