import msgspec
import pytest

from vanguard.flow.ports import Outcome, Produced
from vanguard.store.flow.ledger import StepLedger

DONE = Outcome("s1", "stage", "item", "done", (Produced("k" * 64, "#1"),), cpu_s=0.5, at_ms=7)
FAILED = Outcome("s2", "stage", "other", "failed", error="no", again=True)


@pytest.fixture
def ledger(database):
    return StepLedger(database)


def test_outcomes_come_back_as_they_were(ledger):
    ledger.record([DONE, FAILED])
    assert ledger.find(["s1", "s2", "s3"]) == {"s1": DONE, "s2": FAILED}
    assert ledger.find([]) == {}


def test_a_later_outcome_takes_the_place_of_the_earlier(ledger):
    ledger.record([FAILED])
    ledger.record([FAILED, msgspec.structs.replace(FAILED, error="still no")])
    assert ledger.find(["s2"])["s2"].error == "still no"
    better = msgspec.structs.replace(DONE, step="s2")
    ledger.record([better])
    assert ledger.find(["s2"]) == {"s2": better}


def test_a_step_may_make_thousands(ledger):
    many = msgspec.structs.replace(
        DONE, produced=tuple(Produced("k", f"#{n}") for n in range(5_000))
    )
    ledger.record([many])
    assert ledger.find(["s1"])["s1"] == many
