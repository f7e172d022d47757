"""Two hundred kills under load, full disks, moved clocks and a faulty upstream: the books are whole.

`CHAOS_MINUTES` and `CHAOS_SEED` make it longer and other; `CHAOS_MONTHS_BACK` lets clocks go back over
the end of a month too; `CHAOS_NO_MOUNT` does without a file system of its own; `CHAOS_RECORD` keeps
the report as the one that docs/chaos.md shows.
"""

import os
from pathlib import Path

import pytest

from support.chaos.faults import FAULTS, WILD
from support.chaos.run import Order
from support.chaos.trial import hold_trial

pytestmark = pytest.mark.e2e

KILLS = 200
STREAMS = 50
RECORDED = Path(__file__).parent / "recorded.json"


def test_no_kill_loses_a_row_or_spends_too_much(seed, folders):
    minutes = float(os.environ.get("CHAOS_MINUTES") or 0)
    months_back = bool(os.environ.get("CHAOS_MONTHS_BACK"))
    order = Order(seed, KILLS, minutes, STREAMS, months_back=months_back)
    folder = folders("chaos")
    trial = hold_trial(order, folder)
    happened = trial.evidence.happened

    # the run was what it says it was, else its zeros would mean nothing
    crowded = [kill for kill in happened.kills if kill.open >= STREAMS]
    assert len(crowded) >= KILLS, len(crowded)
    assert {kill.role for kill in happened.kills} >= {"gateway", "control", "supervisor"}
    faults = {one.fault for one in trial.evidence.arrivals}
    assert faults == {*FAULTS, WILD}, set(FAULTS) - faults
    assert any(killed for *_, killed in happened.full_disks)
    assert happened.clock_steps > 5
    assert happened.monotonic_starts, "no process began with another monotonic clock"
    statuses = {row["status"] for row in trial.evidence.ledger.rows}
    assert statuses >= {"ok", "failed", "truncated", "cut", "cancelled", "unsettled"}
    assert sum(seen.success for seen in trial.evidence.seen) > 5_000

    assert not trial.failed, f"seed {seed}, kept in {folder}:\n{trial.told()}"
    if os.environ.get("CHAOS_RECORD"):
        RECORDED.write_bytes((folder / "report.json").read_bytes())
    trial.forget()


def test_two_gateways_share_their_limits_whichever_of_them_dies(seed, folders):
    order = Order(seed, kills=30, least_open=STREAMS, disks=6, clocks=8, supervisors=0, workers=2)
    trial = hold_trial(order, folders("workers"))
    killed = [kill for kill in trial.evidence.happened.kills if kill.open >= STREAMS]
    assert len(killed) >= 30
    assert any(killed for *_, killed in trial.evidence.happened.full_disks)
    workers = {row["worker"] for row in trial.evidence.ledger.rows}
    assert len(workers) >= 2, workers
    assert not trial.failed, f"seed {seed}, kept in {trial.folder}:\n{trial.told()}"
    trial.forget()
