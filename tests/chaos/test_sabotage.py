"""Deliberate defects, put into the processes from outside: the audit must find each of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.chaos.run import Order
from support.chaos.trial import hold_trial

pytestmark = pytest.mark.e2e

AT_ONCE = 3  # platforms; each of them mostly waits
SOUND = "nothing"
# what was broken: the checks of which each must find it
CAUGHT_BY = {
    SOUND: set(),
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


def order(seed, sabotage):
    return Order(
        seed,
        kills=6,
        least_open=20,
        long=30,
        short=12,
        calm_s=3.0,
        disks=0,
        clocks=0,
        supervisors=0,
        sabotage="" if sabotage == SOUND else sabotage,
    )


@pytest.fixture(scope="module")
def trials(request, seed, folders):
    """All trials that are asked for, a few of them at the same time."""
    mine = [item for item in request.session.items if item.path == request.path]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = {}
        for name in dict.fromkeys(item.callspec.params["sabotage"] for item in mine):
            begun[name] = pool.submit(hold_trial, order(seed, name), folders(name))
        yield begun


@pytest.mark.parametrize("sabotage", CAUGHT_BY)
def test_each_broken_build_is_found_and_the_sound_one_is_clean(sabotage, seed, trials):
    trial = trials[sabotage].result()
    wanted = CAUGHT_BY[sabotage]
    found = trial.failed & wanted if wanted else trial.failed
    assert found == wanted, f"seed {seed}: found {trial.failed}, not {wanted}:\n{trial.told(3)}"
    trial.forget()
