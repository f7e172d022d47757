"""Each check of the audit, on a made-up run that is good but for the one thing it looks for."""

import dataclasses
import inspect

import pytest

from support.chaos import audit as module
from support.chaos.audit import CHECKS, Evidence, audit, beyond_restarts
from support.chaos.book import Arrival, gather
from support.chaos.client import Ask, Seen
from support.chaos.crowd import METERED, NARROW, RATED, Key
from support.chaos.ledger import Ledger
from support.chaos.run import Happened, Kill, Order

GOOD_PROBES = {
    "before": {"gateway": 10, "control": 10, "gateway_kib": 1000, "control_kib": 1000},
    "after": {"gateway": 11, "control": 10, "gateway_kib": 2000, "control_kib": 1000},
    "zombies": 0,
    "in_flight": 0,
    "concurrency": [200] * NARROW + [429],
    "left_usd_micros": 7,
    "too much": 429,
    "just enough": 200,
    "said": "",
}


class FakeCrowd:
    def __init__(self, seen):
        self.seen = seen
        self.keys = {"plain": Key("plain", "s", "key_plain")}


def arrival(nonce="plain.1", **more):
    fields = {
        "place": "chat0",
        "at": 100.0,
        "fault": "none",
        "honest": True,
        "stream": True,
        "input_tokens": 20,
        "output_tokens": 5,
        "said": True,
        "over_at": 101.0,
    }
    return Arrival(nonce=nonce, **{**fields, **more})


def row(nonce="plain.1", **more):
    fields = {
        "request_id": f"req_{nonce}",
        "attempt": 0,
        "state": "settled",
        "orphan": 0,
        "status": "ok",
        "http_status": 200,
        "session": nonce,
        "deployment": "chat/0-openai",
        "key_id": "key_plain",
        "input_tokens": 20,
        "output_tokens": 5,
        "cost_usd_micros": 135,
        "reserved_usd_micros": 900,
    }
    return {**fields, **more}


def seen(nonce="plain.1", **more):
    ask = Ask(nonce, "s", nonce.split(".")[0], "chat", "openai", "short")
    fields = {"status": 200, "whole": True, "marked": True, "ended": 101.0}
    made = Seen(ask)
    for name, value in {**fields, **more}.items():
        setattr(made, name, value)
    return made


def evidence(*, rows=None, arrivals=None, clients=None, probes=None, **more):
    rows = [row()] if rows is None else rows
    cost = sum(one["cost_usd_micros"] for one in rows)
    spend = {("key_plain", window, 0): cost for window in ("total", "day", "month")}
    ledger = Ledger(
        rows=rows,
        spend=spend,
        rolled={"key_plain": (cost, len(rows))} if rows else {},
        budgets={"key_plain": (100_000, "total")},
        key_names={"key_plain": "plain"},
        skipped_lines=0,
    )
    happened = Happened(Order(1), probes={**GOOD_PROBES, **(probes or {})})
    happened.crowd = FakeCrowd([seen()] if clients is None else clients)
    happened.ledger = dataclasses.replace(ledger, **more)
    return Evidence(happened, [arrival()] if arrivals is None else arrivals)


def found(e):
    return {name for name, faults in audit(e).items() if faults}


def test_a_good_run_is_good():
    assert found(evidence()) == set()


FAILED = {"status": "failed", "http_status": 0, "cost_usd_micros": 0}
UNSETTLED = {"status": "unsettled", "http_status": None, "cost_usd_micros": 900}
MANY = [arrival(f"narrow.{n}", at=100 + n / 100, over_at=200.0) for n in range(NARROW + 1)]
STORM = [arrival(f"rated.{n}", at=100 + n / 100) for n in range(RATED + 1)]
THIRST = [arrival(f"metered.{n}", at=100 + n / 100, output_tokens=METERED // 2) for n in range(2)]
BAD = {
    "lost": {"rows": [], "clients": []},
    "doubled": {"rows": [row(), row(attempt=1)]},
    "unmarked": {
        "rows": [row(), row(attempt=1, state="open", **FAILED)],
        "rolled": {"key_plain": (135, 1)},
    },
    "without_intent": {"rows": [row(orphan=1)]},
    "undercharged": {"rows": [row(), row(attempt=1, **{**UNSETTLED, "cost_usd_micros": 0})]},
    "sums": {"rolled": {"key_plain": (134, 1)}},
    "over_budget": {"budgets": {"key_plain": (134, "total")}},
    "over_concurrency": {
        "arrivals": [arrival(), *MANY],
        "rows": [row(), *[row(a.nonce) for a in MANY]],
    },
    "over_requests": {
        "arrivals": [arrival(), *STORM],
        "rows": [row(), *[row(a.nonce) for a in STORM]],
    },
    "over_tokens": {
        "arrivals": [arrival(), *THIRST],
        "rows": [row(), *[row(a.nonce, output_tokens=METERED // 2) for a in THIRST]],
    },
    "false_success": {"arrivals": [arrival(said=False)]},
    "success_unsettled": {"rows": [row(**UNSETTLED)]},
    "wrong_usage": {"rows": [row(output_tokens=6)]},
    "never_ended": {"clients": [seen(), seen(status=0, whole=False, problem="hung")]},
    "defects": {"clients": [seen(), seen(status=500, error="internal: a defect of the gateway")]},
    "left_behind": {"probes": {"after": {**GOOD_PROBES["after"], "gateway": 13}}},
    "reservation_left": {"probes": {"too much": 200}},
}


def test_every_check_is_tried():
    assert set(BAD) == set(CHECKS)
    public = {
        name
        for name, one in inspect.getmembers(module, inspect.isgeneratorfunction)
        if not name.startswith("_")
    }
    assert public == set(CHECKS), "a check that is not in CHECKS never runs"


@pytest.mark.parametrize("name", BAD)
def test_each_check_finds_its_fault_and_no_other_does(name):
    assert found(evidence(**BAD[name])) == {name}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("left_behind", {"zombies": 1}),
        ("left_behind", {"in_flight": 1}),
        ("left_behind", {"after": {**GOOD_PROBES["after"], "control": 20}}),
        ("left_behind", {"after": {**GOOD_PROBES["after"], "gateway_kib": 60_000}}),
        ("reservation_left", {"just enough": 429}),
        ("reservation_left", {"concurrency": [200] * (NARROW - 1) + [429] * 2}),
        ("reservation_left", {"concurrency": [200] * (NARROW + 1)}),
    ],
)
def test_everything_that_may_be_left_is_looked_at(name, wrong):
    assert found(evidence(probes=wrong)) == {name}


def test_a_settlement_is_excused_only_while_a_process_was_killed_on_a_full_disk():
    for killed, expected in ((True, set()), (False, {"success_unsettled"})):
        e = evidence(rows=[row(**UNSETTLED)])
        e.happened.full_disks = [(100.5, 101.5, killed)]
        assert found(e) == expected


def test_a_minute_begins_anew_with_a_gateway_and_the_excess_across_them_is_told():
    e = evidence(arrivals=[arrival(), *STORM], rows=[row(), *[row(a.nonce) for a in STORM]])
    e.happened.kills = [Kill(99.9, "gateway", 50)]
    assert "over_requests" not in found(e)
    assert beyond_restarts(e) == {"requests": 1, "tokens": 0}
    e.happened.kills = [Kill(99.9, "control", 50)]
    assert "over_requests" in found(e)
    e.happened.kills = [Kill(99.9, "gateway", 50)]
    e.happened.order = Order(1, workers=2)  # the supervisor counts
    assert "over_requests" in found(e)
    e.happened.order = Order(1)
    # what came just after a death was sent before it
    e.happened.kills = [Kill(100.2, "gateway", 50)]
    assert "over_requests" in found(e)


def test_attempts_that_never_arrived_may_have_rows_and_a_second_attempt_is_no_second_request():
    rows = [row(**FAILED), row(attempt=1), row("plain.2", **UNSETTLED)]
    assert found(evidence(rows=rows)) == set()


def test_requests_that_end_as_others_begin_do_not_overlap():
    late = [arrival(f"narrow.{n}", at=100.0, over_at=101.0) for n in range(NARROW)]
    late += [arrival("narrow.99", at=100.9, over_at=102.0)]
    e = evidence(arrivals=[arrival(), *late], rows=[row(), *[row(a.nonce) for a in late]])
    assert found(e) == set()


def test_a_book_is_put_together_by_number():
    asked = {"i": 0, "at": 1.0, "nonce": "plain.1", "place": "chat0", "fault": "none"}
    counts = {"honest": True, "stream": False, "in": 3, "out": 4, "cached": 0}
    lines = [{**asked, **counts}, {**asked, **counts, "i": 1}, {"i": 0, "said": True}]
    first, second = gather([*lines, {"i": 0, "over": "done", "at": 2.0}])
    assert (first.said, first.over_at, first.key) == (True, 2.0, "plain")
    assert (second.said, second.over_at) == (False, float("inf"))
