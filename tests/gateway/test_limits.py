import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from vanguard.core.errors import BudgetExceeded, RateLimited, TooManyStreams
from vanguard.gateway.limits import Limiter, MinuteWindow
from vanguard.snapshot.model import Budget, Limits, Scope


class ManualClock:
    def __init__(self):
        self.seconds = 1_000.0
        self.wall_ms = 1_800_000_000_000

    def now_ms(self):
        return self.wall_ms + int(self.seconds * 1000)

    def monotonic(self):
        return self.seconds


def scope(name="key", *, rpm=None, tpm=None, streams=None, budget=None, window="total"):
    return Scope(
        name,
        "key",
        name,
        Limits(rpm, tpm, streams),
        Budget(budget, window) if budget is not None else None,
    )


def chained(limiter, *scopes):
    return limiter.chain(scopes[-1].id, scopes)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), max_size=60))
def test_no_minute_ever_holds_more_than_the_limit(arrivals):
    clock, limit = ManualClock(), 10
    limiter = Limiter(clock)
    key = chained(limiter, scope(tpm=limit))
    admitted = []
    refused = 0
    for gap, tokens in arrivals:
        clock.seconds += gap
        try:
            limiter.reserve(key, tokens, 0)
        except RateLimited:
            refused += 1
        else:
            admitted.append((clock.seconds, tokens))
    for moment, _ in admitted:
        within = sum(t for at, t in admitted if moment <= at < moment + 59)
        assert within <= limit
    assert refused + len(admitted) == len(arrivals)


def test_the_wait_that_is_told_is_enough_and_not_a_second_too_long():
    clock = ManualClock()
    limiter = Limiter(clock)
    chain = chained(limiter, scope(rpm=2))
    limiter.reserve(chain, 0, 0)
    clock.seconds += 20
    limiter.reserve(chain, 0, 0)
    with pytest.raises(RateLimited) as caught:
        limiter.reserve(chain, 0, 0)
    clock.seconds += caught.value.retry_after_s - 1
    with pytest.raises(RateLimited):
        limiter.reserve(chain, 0, 0)
    clock.seconds += 1
    limiter.reserve(chain, 0, 0)


def test_a_request_that_can_never_fit_says_so():
    limiter = Limiter(ManualClock())
    chain = chained(limiter, scope(tpm=10))
    with pytest.raises(RateLimited, match="more than the 10 a minute") as caught:
        limiter.reserve(chain, 11, 0)
    assert caught.value.retry_after_s is None


def test_nothing_is_taken_when_an_outer_or_inner_scope_refuses():
    limiter = Limiter(ManualClock())
    chain = chained(limiter, scope("team", rpm=5), scope("key", streams=1))
    first = limiter.reserve(chain, 0, 0)
    with pytest.raises(TooManyStreams):
        limiter.reserve(chain, 0, 0)
    assert limiter.standing(chain).requests_left == 4
    limiter.settle(first, 0, 0)
    limiter.reserve(chain, 0, 0)
    assert limiter.standing(chain).requests_left == 3


def test_settling_corrects_tokens_and_money_once():
    limiter = Limiter(ManualClock())
    chain = chained(limiter, scope(tpm=100, budget=1_000))
    held = limiter.reserve(chain, 80, 700)
    assert limiter.remaining_usd_micros(chain) == 300
    with pytest.raises(BudgetExceeded, match=r"\$0.000300 left"):
        limiter.reserve(chain, 1, 301)
    limiter.settle(held, 10, 50)
    limiter.settle(held, 10, 50)
    assert limiter.remaining_usd_micros(chain) == 950
    assert limiter.standing(chain).tokens_left == 90
    assert limiter.counters("key").concurrent == 0


def test_a_day_budget_starts_anew_at_midnight():
    clock = ManualClock()
    limiter = Limiter(clock)
    chain = chained(limiter, scope(budget=100, window="day"))
    limiter.settle(limiter.reserve(chain, 0, 100), 0, 100)
    with pytest.raises(BudgetExceeded):
        limiter.reserve(chain, 0, 1)
    clock.wall_ms += 86_400_000
    limiter.reserve(chain, 0, 100)


def test_a_spent_budget_refuses_even_free_requests_but_a_zero_budget_allows_them():
    limiter = Limiter(ManualClock())
    chain = chained(limiter, scope(budget=10))
    limiter.settle(limiter.reserve(chain, 0, 10), 0, 10)
    with pytest.raises(BudgetExceeded):
        limiter.reserve(chain, 0, 0)
    free = Limiter(ManualClock())
    free.reserve(chained(free, scope(budget=0)), 0, 0)


def test_restored_spending_counts():
    limiter = Limiter(ManualClock())
    budgeted = scope(budget=100)
    limiter.restore(budgeted, 60, 0)
    assert limiter.budgeted("key", "total")
    assert limiter.remaining_usd_micros(chained(limiter, budgeted)) == 40


def test_scopes_that_are_gone_are_forgotten_when_idle():
    limiter = Limiter(ManualClock())
    held = limiter.reserve(chained(limiter, scope("idle", rpm=1), scope("busy")), 0, 0)
    limiter.settle(limiter.reserve(chained(limiter, scope("gone", rpm=1)), 0, 0), 0, 0)
    limiter.forget(keep=set())
    assert limiter.counters("busy").concurrent == 1
    assert limiter.counters("gone").requests.advance(1_000) == 0
    limiter.settle(held, 0, 0)


def test_window_forgets_after_a_minute():
    window = MinuteWindow()
    window.advance(5)
    window.add(3, 5)
    assert window.advance(64) == 3
    assert window.advance(65) == 0
    window.add(-3, 5)
    assert window.advance(66) == 0


class NeverOver(RuleBasedStateMachine):
    """Whatever the order of reserving, settling and waiting: spent + reserved <= budget."""

    BUDGET = 1_000

    def __init__(self):
        super().__init__()
        self.clock = ManualClock()
        self.limiter = Limiter(self.clock)
        self.team = scope("team", budget=self.BUDGET, streams=6)
        self.keys = [scope("a", budget=400), scope("b", tpm=50)]
        self.chains = [chained(self.limiter, self.team, key) for key in self.keys]
        self.open = []

    @rule(key=st.integers(0, 1), money=st.integers(0, 300), tokens=st.integers(0, 30))
    def reserve(self, key, money, tokens):
        with contextlib.suppress(BudgetExceeded, RateLimited, TooManyStreams):
            self.open.append(self.limiter.reserve(self.chains[key], tokens, money))

    @rule(which=st.integers(0, 20), share=st.floats(0, 1))
    def settle(self, which, share):
        if self.open:
            held = self.open.pop(which % len(self.open))
            self.limiter.settle(held, int(held.tokens * share), int(held.usd_micros * share))

    @rule(seconds=st.integers(0, 90))
    def wait(self, seconds):
        self.clock.seconds += seconds

    @invariant()
    def never_over(self):
        for one in (self.team, self.keys[0]):
            counters = self.limiter.counters(one.id)
            assert counters.reserved >= 0
            assert counters.spent + counters.reserved <= one.budget.amount_usd_micros
        assert self.limiter.counters("team").concurrent == len(self.open)
        assert self.limiter.counters("team").reserved == sum(held.usd_micros for held in self.open)


TestNeverOver = NeverOver.TestCase
