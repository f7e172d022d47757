from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from nicegui.client import Client

from vanguard.console.feed import Overview
from vanguard.console.panels.requests import _STATUSES, RequestsPanel, request_row
from vanguard.console.records import Request
from vanguard.core import journal

AT = datetime(2026, 1, 1, tzinfo=UTC)
EMPTY = Overview(at=AT)


def test_every_status_of_the_ledger_has_words() -> None:
    assert set(get_args(journal.Status)) == set(_STATUSES) - {None}


def test_a_whole_row() -> None:
    request = Request(
        "r", AT, 1, key="key_1", key_name="first", model="m", status="ok", input_tokens=1_200,
        output_tokens=40, cost_usd_micros=42, first_token_ms=212, duration_ms=4_120,
    )  # fmt: skip
    row = request_row(request)
    assert row["id"] == "r/1"
    assert row["time"] == "2026-01-01T00:00:00+00:00"
    shown = ("model", "key", "status", "tone", "tokens", "first", "took", "cost")
    assert [row[name] for name in shown] == [
        "m", "first", "ok", "good", "1.2k → 40", "212 ms", "4.12 s", "$0.000042",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request("r", AT), {"status": "running", "tokens": "–", "cost": "–", "key": "–"}),
        (Request("r", AT, status="ok", price_unknown=True), {"cost": "unknown"}),
        (
            Request("r", AT, status="failed", http_status=503, error="upstream_unavailable"),
            {"status": "failed · 503", "error": "upstream_unavailable", "tone": "bad"},
        ),
        (Request("r", AT, key="key_1", status="failed"), {"status": "failed", "key": "key_1"}),
        (
            Request("r", AT, status="failed", retried=True),
            {"status": "failed, retried", "tone": "busy"},
        ),
        (Request("r", AT, status="new kind"), {"status": "new kind", "tone": "plain"}),
    ],
)
def test_rows_that_are_not_usual(request_: Request, expected: dict[str, str]) -> None:
    assert request_row(request_).items() >= expected.items()


def test_words_for_none(sheet: Client) -> None:
    panel = RequestsPanel()
    panel.update(EMPTY)
    assert panel._table._words.text == "Asking …"
    panel.update(replace(EMPTY, requests=()))
    assert panel._table._words.text.startswith("No requests yet:")
    panel.update(replace(EMPTY, requests=(Request("r", AT),)))
    assert not panel._table._words.visible
