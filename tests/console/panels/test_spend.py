from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from nicegui import ui
from nicegui.client import Client

from vanguard.console.feed import Overview
from vanguard.console.panels.spend import Share, SpendPanel, shares
from vanguard.console.records import Report, Usage

ROWS = (
    Usage(
        "a",
        "Key A",
        "big",
        requests=2,
        input_tokens=900,
        output_tokens=100,
        cost_usd_micros=300_000,
    ),
    Usage("b", model="big", requests=1, input_tokens=90, output_tokens=10, cost_usd_micros=100_000),
    Usage("a", model="small", requests=5, input_tokens=9_000, output_tokens=1_000),
    Usage(None, model="odd", requests=1, unknown_price_requests=1),
)
EMPTY = Overview(at=datetime(2026, 1, 1, tzinfo=UTC))


def test_the_dearest_first() -> None:
    assert shares(ROWS, lambda row: row.model) == [
        Share("big", "$0.40", "3 requests · 1.1k tokens", 1.0),
        Share("small", "$0", "5 requests · 10.0k tokens", 0.0),
        Share("odd", "unknown", "1 request · 0 tokens", 0.0),
    ]


def test_what_is_partly_unknown_says_so() -> None:
    rows = [replace_unknown(ROWS[0])]
    assert shares(rows, lambda row: row.key)[0].amount == "$0.30 + unknown"


def replace_unknown(row: Usage) -> Usage:
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    return Usage(**fields | {"unknown_price_requests": 1})


def test_where_all_is_free_tokens_rank() -> None:
    rows = [Usage("a", output_tokens=10), Usage("b", output_tokens=40)]
    found = [(share.name, share.part) for share in shares(rows, lambda row: row.key)]
    assert found == [("b", 1.0), ("a", 0.25)]


@given(st.lists(st.builds(Usage, key=st.text(max_size=3), cost_usd_micros=st.integers(0, 10**9))))
def test_parts_are_parts(rows: list[Usage]) -> None:
    found = shares(rows, lambda row: row.key)
    assert len(found) <= 5
    assert all(0 <= share.part <= 1 for share in found)


def test_words_for_none(sheet: Client) -> None:
    panel = SpendPanel()
    panel.update(EMPTY)
    assert panel._words.text == "Asking …"
    panel.update(replace(EMPTY, usage=Report()))
    assert panel._words.text.startswith("Nothing yet today")
    panel.update(replace(EMPTY, usage=Report(ROWS)))
    assert not panel._words.visible
    texts = [e.text for e in sheet.elements.values() if isinstance(e, ui.label)]
    assert "big" in texts
    assert "$0.40" in texts
    assert "Key A" in texts
    assert "b" in texts
