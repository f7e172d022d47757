import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.effort import times
from vanguard.core.errors import BudgetExceeded, RateLimited, TooManyStreams
from vanguard.gateway.limits import Limiter
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


def test_what_is_to_be_looked_up_again_is_restored_anew():
    limiter = Limiter(ManualClock())
    budgeted = scope(budget=100)
    limiter.restore(budgeted, 60, 0)
    limiter.look_up_again()
    assert not limiter.budgeted("key", "total")
    limiter.restore(budgeted, 90, 0)
    assert limiter.remaining_usd_micros(chained(limiter, budgeted)) == 10


def test_scopes_that_are_gone_are_forgotten_when_idle():
    limiter = Limiter(ManualClock())
    held = limiter.reserve(chained(limiter, scope("idle", rpm=1), scope("busy", rpm=5)), 0, 0)
    limiter.settle(limiter.reserve(chained(limiter, scope("gone", rpm=1)), 0, 0), 0, 0)
    limiter.forget(keep=set())
    assert limiter.counters("busy").concurrent == 1
    assert limiter.counters("gone").requests.advance(1_000) == 0
    limiter.settle(held, 0, 0)


class Counting(RuleBasedStateMachine):
    """Any order of reserving, settling, giving back, clock steps, rolling windows and new limits.

    Beside the limiter stands a list of all that was admitted; every decision is checked against it,
    in both directions: nothing is admitted over a limit, nothing refused below one.
    """

    NAMES = ("team", "a", "b")

    def __init__(self):
        super().__init__()
        self.clock = ManualClock()
        self.limiter = Limiter(self.clock)
        self.open = []
        self.admitted = {name: [] for name in self.NAMES}
        self.paid = dict.fromkeys(self.NAMES, 0)
        self.scopes = {
            "team": scope("team", rpm=9, budget=1_000, window="day", streams=6),
            "a": scope("a", budget=400),
            "b": scope("b", tpm=50, streams=3),
        }

    def _chain(self, key):
        # as a snapshot does: the same tuple until it changes
        scopes = (self.scopes["team"], self.scopes[key])
        known = getattr(self, "_tuples", {})
        if known.get(key) != scopes:
            known[key] = scopes
        self._tuples = known
        return self.limiter.chain(key, known[key])

    def _reserved(self, name):
        return sum(held.usd_micros for key, held in self.open if name in ("team", key))

    def _streams(self, name):
        return sum(name in ("team", key) for key, _ in self.open)

    def _within(self, name, seconds, index):
        newest = self.clock.seconds
        return sum(one[index] for one in self.admitted[name] if one[0] > newest - seconds)

    @rule(key=st.sampled_from("ab"), money=st.integers(0, 300), tokens=st.integers(0, 30))
    def reserve(self, key, money, tokens):
        try:
            held = self.limiter.reserve(self._chain(key), tokens, money)
        except RateLimited:
            assert any(self._rate_is_in_the_way(name, tokens) for name in ("team", key))
        except TooManyStreams:
            assert any(self._streams_are_in_the_way(name) for name in ("team", key))
        except BudgetExceeded:
            assert any(self._budget_is_in_the_way(name, money) for name in ("team", key))
        else:
            self.open.append((key, held))
            for name in ("team", key):
                self._admit(name, held, money)

    def _admit(self, name, held, money):
        limits, budget = self.scopes[name].limits, self.scopes[name].budget
        counted = limits.requests_per_minute is not None, limits.tokens_per_minute is not None
        entry = [self.clock.seconds, int(counted[0]), held.tokens if counted[1] else 0, held]
        self.admitted[name].append(entry)
        if counted[0]:
            assert self._within(name, 60, 1) <= limits.requests_per_minute
        if counted[1]:
            assert self._within(name, 60, 2) <= limits.tokens_per_minute
        if limits.concurrent_requests is not None:
            assert self._streams(name) <= limits.concurrent_requests
        if budget is not None:
            assert self.paid[name] + self._reserved(name) <= budget.amount_usd_micros

    def _rate_is_in_the_way(self, name, tokens):
        limits = self.scopes[name].limits
        return (
            limits.requests_per_minute is not None
            and self._within(name, 62, 1) + 1 > limits.requests_per_minute
        ) or (
            limits.tokens_per_minute is not None
            and self._within(name, 62, 2) + tokens > limits.tokens_per_minute
        )

    def _streams_are_in_the_way(self, name):
        most = self.scopes[name].limits.concurrent_requests
        return most is not None and self._streams(name) >= most

    def _budget_is_in_the_way(self, name, money):
        budget = self.scopes[name].budget
        if budget is None:
            return False
        left = budget.amount_usd_micros - self.paid[name] - self._reserved(name)
        return money > left or left <= 0

    @rule(which=st.integers(0, 20), share=st.floats(0, 1), twice=st.booleans())
    def settle(self, which, share, twice):
        if not self.open:
            return
        key, held = self.open.pop(which % len(self.open))
        tokens, money = int(held.tokens * share), int(held.usd_micros * share)
        for _ in range(1 + twice):
            self.limiter.settle(held, tokens, money)
        for name in ("team", key):
            self.paid[name] += money
            for entry in self.admitted[name]:
                if entry[3] is held and entry[2]:
                    entry[2] = tokens

    @rule(seconds=st.floats(0, 90))
    def wait(self, seconds):
        before = self.clock.now_ms()
        self.clock.seconds += seconds
        self._midnight(before)

    @rule(hours=st.integers(0, 30))
    def step_the_wall_clock(self, hours):
        before = self.clock.now_ms()
        self.clock.wall_ms += hours * 3_600_000
        self._midnight(before)

    def _midnight(self, before):
        if before // 86_400_000 != self.clock.now_ms() // 86_400_000:
            self.paid["team"] = 0

    @rule(
        name=st.sampled_from(NAMES),
        rates=st.tuples(*[st.none() | st.integers(0, 40)] * 3),
        budget=st.integers(0, 1_500),
    )
    def publish(self, name, rates, budget):
        """New limits and another amount; whether there is a budget stays."""
        old = self.scopes[name]
        kept = old.budget and Budget(budget, old.budget.window)
        self.scopes[name] = Scope(name, "key", name, Limits(*rates), kept)
        self.limiter.forget(set(self.NAMES))

    @invariant()
    def counts_are_those_of_the_open_requests(self):
        for name in self.NAMES:
            counters = self.limiter.counters(name)
            assert counters.concurrent == self._streams(name)
            assert counters.reserved == self._reserved(name)
            assert min(counters.concurrent, counters.reserved, counters.spent) >= 0

    def teardown(self):
        while self.open:
            self.settle(0, 0.5, twice=True)
        for name in self.NAMES:
            counters = self.limiter.counters(name)
            assert (counters.concurrent, counters.reserved) == (0, 0)
            self.clock.seconds += 61
            now_s = int(self.clock.seconds)
            assert counters.requests.advance(now_s) == counters.tokens.advance(now_s) == 0


TestCounting = Counting.TestCase
TestCounting.settings = settings(max_examples=times(2), stateful_step_count=40, deadline=None)
