from __future__ import annotations

import msgspec
import pytest

from vanguard.console.records import Model, ProblemOut, Report, Request, Rows, Status


def test_a_status_of_another_version_is_read() -> None:
    raw = (
        b'{"snapshot_version": 3, "brand_new": {"a": 1}, "engine": {"state": "ready", "chat": {}}}'
    )
    status = msgspec.json.decode(raw, type=Status)
    assert (status.snapshot_version, status.engine.state, status.keys) == (3, "ready", 0)


def test_the_lag_is_the_sum_of_all_workers() -> None:
    raw = b'{"ingest": {"workers": {"a": {"lag_bytes": 5}, "b": {"offset": 9, "lag_bytes": 7}}}}'
    assert msgspec.json.decode(raw, type=Status).ingest.lag_bytes == 12


def test_a_price_of_null_is_unknown() -> None:
    raw = (
        b'{"data": [{"name": "m", "aliases": ["a"], "deployments": [{"id": "d", "price": null}]}]}'
    )
    (model,) = msgspec.json.decode(raw, type=Rows[Model]).data
    assert model.deployments[0].price is None


def test_a_running_request_has_no_status_yet() -> None:
    raw = b'{"request_id": "r", "at": "2026-01-02T03:04:05.678Z", "status": null, "tags": {}}'
    request = msgspec.json.decode(raw, type=Request)
    assert request.status is None
    assert request.at.isoformat() == "2026-01-02T03:04:05.678000+00:00"


def test_a_report_has_rows_and_a_total() -> None:
    raw = b'{"data": [{"key": null, "model": "m", "requests": 2}], "total": {"requests": 2}}'
    report = msgspec.json.decode(raw, type=Report)
    assert (report.data[0].key, report.total.requests) == (None, 2)


@pytest.mark.parametrize("raw", [b'{"error": {"message": "no"}}', b'{"error": {"message": "no", "type": 1}}'])  # fmt: skip
def test_both_envelopes_of_errors(raw: bytes) -> None:
    assert msgspec.json.decode(raw, type=ProblemOut).error.message == "no"
