from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nicegui.client import Client

from vanguard.console.feed import Overview
from vanguard.console.panels.vitals import (
    WAITING,
    VitalsPanel,
    control_tile,
    engine_tile,
    gateway_tile,
    spend_tile,
)
from vanguard.console.records import Engine, Ingest, Report, Status, Usage, Worker

NOW = datetime(2026, 1, 2, tzinfo=UTC)
STARTED = datetime(2026, 1, 1, 22, tzinfo=UTC)
EMPTY = Overview(at=NOW)
STATUS = Status(started_at=STARTED, snapshot_version=7, keys=2, engine=Engine("ready", "loaded"))
FULL = replace(EMPTY, gateway="", status=STATUS, usage=Report())


def with_status(**changes: object) -> Overview:
    fields = {name: getattr(STATUS, name) for name in STATUS.__struct_fields__} | changes
    return replace(FULL, status=Status(**fields))


def test_before_anything_is_known() -> None:
    assert {tell(EMPTY) for tell in (gateway_tile, control_tile, engine_tile, spend_tile)} == {
        WAITING
    }


def test_the_gateway() -> None:
    assert (gateway_tile(FULL).value, gateway_tile(FULL).detail) == ("Ready", "snapshot 7")
    starting = replace(FULL, gateway="no snapshot yet")
    assert gateway_tile(starting).detail == "no snapshot yet"
    away = gateway_tile(replace(FULL, problems={"gateway": "nobody answers"}))
    assert (away.detail, away.tone) == ("nobody answers", "bad")


def test_control_and_its_ledger() -> None:
    assert control_tile(FULL).detail == "ledger up to date · 2 keys · up 2 h 0 min"
    little = with_status(ingest=Ingest({"w": Worker(0, 900)}))
    assert (control_tile(little).value, control_tile(little).tone) == ("Running", "good")
    behind = control_tile(with_status(ingest=Ingest({"w": Worker(0, 2_000_000)})))
    assert (behind.value, behind.detail) == ("Ledger behind", "2.0 MB to read · up 2 h 0 min")
    broken = control_tile(with_status(ingest=Ingest(last_error="disk full")))
    assert (broken.detail, broken.tone) == ("disk full", "bad")
    away = control_tile(replace(FULL, problems={"status": "no answer in time"}))
    assert (away.value, away.detail) == ("Not answering", "no answer in time")


@pytest.mark.parametrize(
    ("engine", "value", "tone", "progress"),
    [
        (Engine("fetching", "120 of 456 MB", 0.26), "Fetching", "busy", 0.26),
        (Engine("loading", "", 0.5), "Loading", "busy", 0.5),
        (Engine("ready", "", 1), "Ready", "good", -1),
        (Engine("failed", "no source", -1), "Failed", "bad", -1),
        (Engine("off", "", -1), "Off", "plain", -1),
        (Engine("unknown", "", -1), "Unknown", "busy", -1),
        (Engine("dreaming", "", -1), "Dreaming", "plain", -1),
    ],
)
def test_the_engine(engine: Engine, value: str, tone: str, progress: float) -> None:
    tile = engine_tile(with_status(engine=engine))
    assert (tile.value, tile.tone, tile.progress) == (value, tone, progress)
    if engine.message:
        assert tile.detail == engine.message


def test_the_money_of_today() -> None:
    total = Usage(requests=3, failed=1, input_tokens=900, output_tokens=200, cost_usd_micros=14_200)
    tile = spend_tile(replace(FULL, usage=Report(total=total)))
    assert (tile.value, tile.detail) == ("$0.0142", "3 requests · 1.1k tokens · 1 failed")
    total = Usage(requests=3, unknown_price_requests=2)
    tile = spend_tile(replace(FULL, usage=Report(total=total)))
    assert (tile.value, tile.detail) == ("Unknown", "3 requests · 2 at unknown price")
    total = Usage(requests=3, unknown_price_requests=2, cost_usd_micros=20_000)
    tile = spend_tile(replace(FULL, usage=Report(total=total)))
    assert (tile.value, tile.tone) == ("≥ $0.02", "busy")
    nothing = replace(FULL, usage=None, problems={"usage": "locked"})
    assert (spend_tile(nothing).value, spend_tile(nothing).detail) == ("Unknown", "locked")


def test_the_same_state_is_not_sent_again(sheet: Client) -> None:
    panel = VitalsPanel()
    panel.update(with_status(engine=Engine("fetching", "", 0.5)))
    bars = [view._bar for view in panel._tiles.values() if view._bar.visible]
    assert [bar.value for bar in bars] == [0.5]
    sheet.outbox.updates.clear()
    panel.update(with_status(engine=Engine("fetching", "", 0.5)))
    assert not sheet.outbox.updates
    panel.update(FULL)
    assert not any(view._bar.visible for view in panel._tiles.values())
