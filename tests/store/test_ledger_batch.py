"""Folding records: what each sequence adds, whatever is known already."""

from __future__ import annotations

import msgspec
import pytest

from support.records import SCOPES, T0_MS, intent, settled
from vanguard.core.journal import Record
from vanguard.core.usage import Media, Usage
from vanguard.store.ledger_batch import HOUR_MS, Folded, Row, RowKey, fold


def folded(*records: Record, known: dict[RowKey, Row] | None = None) -> Folded:
    return fold("w0", [(index * 100, record) for index, record in enumerate(records)], known or {})


def test_an_open_attempt_is_a_row_and_no_sum() -> None:
    found = folded(intent())
    (row,) = found.inserted
    assert (row["state"], row["journal_offset"], row["worker"]) == ("open", 0, "w0")
    assert row["status"] is None
    assert row["reserved_usd_micros"] == 900
    assert (found.rollups, found.spend, found.updated) == ([], [], [])


def test_usage_that_tells_media_is_a_row_like_others() -> None:
    usage = Usage(100, 5, media=Media(input_audio_tokens=90))
    (row,) = folded(intent(), settled(usage=usage)).inserted
    (other,) = folded(intent(), settled(usage=Usage(100, 5))).inserted
    assert row == other


def test_a_settled_attempt_adds_to_its_hour_and_to_every_scope_and_window() -> None:
    found = folded(intent(), settled())
    (row,) = found.inserted
    assert (row["state"], row["status"], row["input_tokens"]) == ("settled", "ok", 100)
    (rollup,) = found.rollups
    assert rollup["hour_ms"] == T0_MS
    assert {name: rollup[name] for name in ("attempts", "failed", "cost_usd_micros")} == {
        "attempts": 1,
        "failed": 0,
        "cost_usd_micros": 700,
    }
    assert {(s["scope_id"], s["budget_window"], s["start_ms"]) for s in found.spend} == {
        (scope, window, start)
        for scope in SCOPES
        for window, start in (("total", 0), ("day", T0_MS), ("month", T0_MS))
    }
    assert {s["usd_micros"] for s in found.spend} == {700}


def test_the_hour_and_the_windows_are_those_of_the_settlement() -> None:
    found = folded(intent(at_ms=T0_MS - 1), settled(at_ms=T0_MS))
    assert found.rollups[0]["hour_ms"] == T0_MS
    before = folded(intent(at_ms=T0_MS - 2), settled(at_ms=T0_MS - 1))
    assert before.rollups[0]["hour_ms"] == T0_MS - HOUR_MS


def test_a_failure_that_was_tried_again_is_no_failed_request() -> None:
    found = folded(
        intent(), settled(status="failed", cost_usd_micros=0), intent(attempt=1), settled(attempt=1)
    )
    total = {
        name: sum(r[name] for r in found.rollups) for name in ("attempts", "retried", "failed")
    }
    assert total == {"attempts": 2, "retried": 1, "failed": 0}
    assert [row["retried"] for row in found.inserted] == [True, False]


def test_a_retry_in_a_later_batch_takes_the_failure_back() -> None:
    first = folded(intent(), settled(status="failed", cost_usd_micros=0))
    (row,) = first.inserted
    second = folded(intent(attempt=1), known={("req_1", 0): dict(row)})
    assert second.updated == [(("req_1", 0), {"retried": True})]
    (rollup,) = second.rollups
    assert (rollup["attempts"], rollup["retried"], rollup["failed"]) == (0, 1, -1)


def test_a_settlement_of_a_known_open_row_updates_it() -> None:
    (row,) = folded(intent()).inserted
    found = folded(settled(), known={("req_1", 0): dict(row)})
    assert found.inserted == []
    ((key, changed),) = found.updated
    assert key == ("req_1", 0)
    assert (changed["state"], changed["cost_usd_micros"]) == ("settled", 700)
    assert found.rollups[0]["key_id"] == "key_1"


@pytest.mark.parametrize("again", [intent(), settled(), settled(status="unsettled")])
def test_what_was_read_before_changes_nothing(again: Record) -> None:
    (row,) = folded(intent(), settled()).inserted
    found = folded(again, known={("req_1", 0): dict(row)})
    assert msgspec.structs.astuple(found) == ([], [], [], [])


def test_a_settlement_without_an_intent_is_kept_and_flagged() -> None:
    found = folded(settled())
    (row,) = found.inserted
    assert (row["orphan"], row["state"], row["cost_usd_micros"]) == (True, "settled", 700)
    assert found.rollups[0]["cost_usd_micros"] == 700
    assert found.spend == []


def test_an_unsettled_record_closes_an_open_row_at_its_charge() -> None:
    found = folded(intent(), settled(status="unsettled", cost_usd_micros=900, first_token_ms=-1))
    (row,) = found.inserted
    assert (row["status"], row["cost_usd_micros"], row["first_token_ms"]) == (
        "unsettled",
        900,
        None,
    )
    assert found.rollups[0]["unsettled_requests"] == 1


def test_an_unknown_price_is_counted() -> None:
    found = folded(intent(price_id=""), settled(cost_usd_micros=0, price_unknown=True))
    assert found.rollups[0]["unknown_price_requests"] == 1
