from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vanguard.gateway.routing.quota.meter import Meter


def test_a_limit_less_what_was_taken_within_a_minute():
    meter = Meter(100)
    assert meter.left(1_000.0) == 100
    meter.take(70, 1_000.0)
    assert meter.left(1_030.0) == 30
    assert meter.left(1_059.0) == 30
    assert meter.left(1_070.0) == 100


def test_nothing_known_is_nothing_said():
    meter = Meter()
    meter.take(10, 1_000.0)
    assert meter.silent
    assert meter.left(1_000.0) is None
    assert meter.most(1_000.0) is None


def test_what_the_provider_says_is_believed_and_fills_up_again():
    meter = Meter()
    meter.said(600, 60, 1_000.0)
    assert meter.left(1_000.0) == 60
    meter.take(50, 1_000.0)
    assert meter.left(1_000.0) == 10
    assert meter.left(1_010.0) == 110
    meter.said(600, 500, 1_010.0)
    assert meter.left(1_010.0) == 500
    assert meter.most(1_010.0) == 600
    # long ago: its bucket is full by now
    assert meter.left(1_100.0) is None


def test_less_than_nothing_is_known_here_alone():
    meter = Meter()
    meter.said(600, 600, 1_000.0)
    meter.take(1_800, 1_000.0)
    meter.said(600, 0, 1_000.1)
    assert -1_200 <= meter.left(1_000.1) < -1_190
    assert meter.left(1_059.0) < 0
    meter.said(600, 10, 1_059.0)
    assert meter.left(1_059.0) == 10


def test_the_lesser_of_setting_and_word():
    meter = Meter(100)
    meter.said(1_000, 900, 1_000.0)
    assert meter.left(1_000.0) == 100
    meter.said(1_000, 20, 1_000.0)
    assert meter.left(1_000.0) == 20


@settings(deadline=None)
@given(
    limit=st.integers(1, 12),
    taken=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4)), max_size=12),
    amount=st.integers(1, 40),
)
def test_what_is_more_than_a_minutes_limit_waits_as_long_as_taking_it_one_by_one(
    limit, taken, amount
):
    meter = Meter(limit)
    for slot, number in sorted(taken):
        meter.take(number, 1_000.0 + slot * 5)
    start = now = 1_061.0
    said = meter.wait_s(amount, now)
    for _ in range(amount):
        now += meter.wait_s(1, now)
        meter.take(1, now)
    assert said == now - start


def test_a_refusal_empties_what_the_provider_said_earlier():
    meter = Meter()
    meter.emptied(1_000.0)
    assert meter.silent
    meter.said(600, 60, 1_000.0)
    assert meter.just_said(1_000.1)
    assert not meter.just_said(1_002.0)
    meter.emptied(1_002.0)
    assert meter.left(1_002.0) == 0
    assert meter.left(1_003.0) == 10


def test_corrections_go_where_it_was_taken():
    meter = Meter(100)
    slot = meter.take(80, 1_000.0)
    meter.correct(slot, -50, 1_030.0)
    assert meter.left(1_030.0) == 70
    meter.correct(slot, 20, 1_030.0)
    assert meter.left(1_066.0) == 80  # what came in addition counts from when it was told
    meter.correct(slot, -1_000, 1_100.0)
    assert meter.left(1_100.0) == 100


def test_how_long_until_an_amount_may_be_taken():
    meter = Meter(100)
    assert meter.wait_s(100, 1_000.0) == 0.0
    meter.take(60, 1_000.0)
    meter.take(30, 1_020.0)
    assert meter.wait_s(10, 1_030.0) == 0.0
    assert meter.wait_s(40, 1_030.0) == 35.0  # the slot of 1,000 to 1,005 is out at 1,065
    assert meter.wait_s(90, 1_030.0) == 55.0
    told = Meter()
    told.said(600, 50, 1_030.0)
    assert told.wait_s(70, 1_030.0) == 2.0
    assert told.wait_s(50, 1_030.0) == 0.0
    assert Meter().wait_s(50, 1_030.0) == 0.0


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0, 90), st.floats(0, 30)), max_size=15),
    st.floats(0.1, 98),
    st.booleans(),
)
def test_after_the_wait_there_is_room_and_not_long_before(steps, amount, told):
    meter, now = Meter(None if told else 100), 1_000.0
    if told:
        meter.said(100, 100, now)
    for taken, pause in steps:
        now += pause
        meter.take(taken, now)
    wait_s = meter.wait_s(amount, now)
    if wait_s > 6:
        before = meter.left(now + wait_s - 5.1)
        assert before is None or before < amount
    after = meter.left(now + wait_s + 1e-6)
    assert after is None or after >= amount - 1e-6


class Provider(RuleBasedStateMachine):
    """A provider with the same limit, in windows of a minute on the clock: it never refuses us."""

    LIMIT = 1_000.0

    def __init__(self) -> None:
        super().__init__()
        self.now = 10_000.0
        self.meter = Meter(self.LIMIT)
        self.taken: list[tuple[float, float]] = []

    @rule(seconds=st.floats(0.1, 40))
    def wait(self, seconds):
        self.now += seconds

    @rule(amount=st.floats(1, 600))
    def ask(self, amount):
        left = self.meter.left(self.now)
        assert left is not None
        if left >= amount:
            self.meter.take(amount, self.now)
            self.taken.append((self.now, amount))

    @precondition(lambda self: self.taken)
    @rule()
    def full_again_after_a_minute_and_a_slot(self):
        self.now += 65
        assert self.meter.left(self.now) == self.LIMIT

    @invariant()
    def no_minute_holds_more_than_the_limit(self):
        for start, _ in self.taken[-30:]:
            within = sum(amount for at, amount in self.taken if start <= at < start + 60)
            assert within <= self.LIMIT + 1e-6


Provider.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestProvider = Provider.TestCase


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 50)), max_size=20))
def test_what_is_taken_within_a_minute_is_never_forgotten(steps):
    meter, now, taken = Meter(1e9), 1_000.0, []
    for amount, pause in steps:
        now += pause
        meter.take(amount, now)
        taken.append((now, amount))
    exact = sum(amount for at, amount in taken if at > now - 60)
    longer = sum(amount for at, amount in taken if at > now - 66)
    assert exact - 1e-6 <= meter.taken(now) <= longer + 1e-6
