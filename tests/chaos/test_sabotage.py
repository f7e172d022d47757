"""Deliberate defects, put into the processes from outside: the audit must find each of them."""

import pytest

from support.chaos.run import Order
from support.chaos.trial import hold_trial

pytestmark = pytest.mark.e2e

# what was broken: the checks of which each must find it
CAUGHT_BY = {
    "intents_not_written": {"lost", "without_intent"},
    "settlements_dropped": {"unmarked", "success_unsettled"},
    "settlements_late": {"success_unsettled"},
    "replay_skipped": {"unmarked"},
    "reservation_not_held": {"over_concurrency", "over_budget"},
    "reservation_leaked": {"reservation_left"},
    "stretch_counted_twice": {"sums"},
    "truncation_passed_on": {"false_success"},
    "descriptors_leaked": {"left_behind"},
}


def order(seed, **more):
    return Order(
        seed,
        kills=6,
        least_open=20,
        long=30,
        short=12,
        calm_s=4.0,
        disks=0,
        clocks=0,
        supervisors=0,
        **more,
    )


@pytest.mark.parametrize("sabotage", CAUGHT_BY)
def test_a_broken_build_is_found(sabotage, seed, tmp_path):
    print(f"\nchaos: seed {seed}, folder {tmp_path}")
    trial = hold_trial(order(seed, sabotage=sabotage), tmp_path)
    assert trial.failed >= CAUGHT_BY[sabotage], f"seed {seed}:\n{trial.told(3)}"


def test_the_same_small_run_of_a_sound_build_is_clean(seed, tmp_path):
    print(f"\nchaos: seed {seed}, folder {tmp_path}")
    trial = hold_trial(order(seed), tmp_path)
    assert not trial.failed, f"seed {seed}, kept in {tmp_path}:\n{trial.told()}"
