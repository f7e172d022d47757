"""Lender and borrowers together, under every order of messages, losses, deaths and new limits.

It stands beside `test_lender.py` and `test_borrower.py`, which show each alone. What was admitted is
kept in a list of its own, and every admission is checked against that list, not against counters.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from support.effort import times
from support.lending import World
from vanguard.core.errors import LimitsUnavailable
from vanguard.gateway.limits.protocol import LEASE_S, MONEY, REQUESTS, STREAMS, TOKENS
from vanguard.snapshot.model import Budget, Limits, Scope

NAMES = ("w0", "w1", "w2")
KEYS = ("a", "b")


def scope(name, rates=(None, None, None), budget=None, window="total"):
    money = Budget(budget, window) if budget is not None else None
    return Scope(name, "key", name, Limits(*rates), money)


FIRST = {
    "team": scope("team", (9, None, 6), 1_000, "day"),
    "a": scope("a", (None, 60, None), 400),
    "b": scope("b", (None, None, 3)),
}


class Recorded(World):
    """Checks each admission against all that was admitted before."""

    def __init__(self, scopes):
        self.log = []  # [seconds, request, rpm counted, tokens counted]
        self.paid = {name: [] for name in scopes}  # (ms, micro-dollars)
        super().__init__(scopes)

    def admitted(self, request):
        self.log.append([self.clock.seconds, request, request.tokens])
        for name in request.entry["scopes"]:
            one = self.scopes[name]
            if one not in request.scopes:
                continue  # it came under older limits, and is served under them
            lacks = set(self.lacks(one, extra=0))
            if not request.tokens:
                lacks.discard("tokens")  # a lower limit may be below what was used before it
            assert not lacks, (name, lacks)

    def settled(self, request, tokens, usd):
        for entry in self.log:
            if entry[1] is request:
                entry[2] = tokens
        self.pay(request, usd)

    def pay(self, request, usd):
        for name in request.entry["scopes"]:
            self.paid[name].append((self.clock.now_ms(), usd))

    def kill(self, name):
        worker = super().kill(name)
        for request in worker.open:
            request.state = "dead"
            self.pay(request, request.usd)
        return worker

    # --- the truth ---

    def of(self, name, within_s):
        since = self.clock.seconds - within_s
        return [e for e in self.log if e[0] > since and name in e[1].entry["scopes"]]

    def open(self, name):
        return [
            request
            for worker in self.workers.values()
            for request in worker.open
            if name in request.entry["scopes"]
        ]

    def money(self, one):
        start = 0
        if one.budget.window == "day":
            now = self.clock.now_ms()
            start = now - now % 86_400_000
        paid = sum(usd for at, usd in self.paid[one.id] if at >= start)
        return paid + sum(request.usd for request in self.open(one.id))

    def lacks(self, one, extra=1, tokens=0, usd=0, within_s=60):
        """What of a scope does not suffice for one request more."""
        limits, found = one.limits, []
        counted = [e for e in self.of(one.id, within_s) if _had(e, one.id, 0)]
        if limits.requests_per_minute is not None:
            found += ["requests"] * (len(counted) + extra > limits.requests_per_minute)
        if limits.tokens_per_minute is not None:
            used = sum(e[2] for e in self.of(one.id, within_s) if _had(e, one.id, 1))
            found += ["tokens"] * (used + tokens > limits.tokens_per_minute)
        if limits.concurrent_requests is not None:
            found += ["streams"] * (len(self.open(one.id)) + extra > limits.concurrent_requests)
        if one.budget is not None:
            left = one.budget.amount_usd_micros - self.money(one)
            found += ["money"] * (usd > left or (extra and left <= 0))
            assert extra or left >= 0
        return found


def _had(entry, name, which):
    """Whether a limit was counted when the request was admitted."""
    (one,) = [s for s in entry[1].scopes if s.id == name]
    return (one.limits.requests_per_minute, one.limits.tokens_per_minute)[which] is not None


class Traffic(RuleBasedStateMachine):
    """Requests and messages, in every order."""

    @initialize(workers=st.sampled_from([2, 3, 1]))
    def start(self, workers):
        self.world = Recorded(FIRST)
        self.waiting = []
        self.calm_from = 0.0  # before that, minutes and windows may be blurred by a death
        for name in NAMES[:workers]:
            self.world.begin(name)
        self.world.settle_down()

    def _worker(self, which):
        workers = list(self.world.workers.values())
        return workers[which % len(workers)] if workers else None

    def _trouble(self):
        self.calm_from = self.world.clock.seconds + LEASE_S + 62

    # --- requests ---

    @rule(
        which=st.integers(0, 5),
        key=st.sampled_from(KEYS),
        tokens=st.integers(0, 40),
        usd=st.integers(0, 300),
    )
    def request(self, which, key, tokens, usd):
        worker = self._worker(which)
        if worker is not None:
            self.waiting.append(self.world.try_now(worker, key, tokens, usd))

    @rule(
        wishes=st.lists(
            st.tuples(
                st.integers(0, 5), st.sampled_from(KEYS), st.integers(0, 40), st.integers(0, 150)
            ),
            min_size=1,
            max_size=6,
        )
    )
    def a_burst(self, wishes):
        """Requests at several workers that are all heard at once."""
        for which, key, tokens, usd in wishes:
            self.request(which, key, tokens, usd)
        self.world.settle_down()

    @rule(which=st.integers(0, 50), share=st.sampled_from([0, 0.3, 1]))
    def settle(self, which, share):
        everybody = [r for w in self.world.workers.values() for r in w.open]
        if everybody:
            request = everybody[which % len(everybody)]
            request.settle(int(request.tokens * share), int(request.usd * share))

    # --- messages ---

    @rule(which=st.integers(0, 5), count=st.integers(1, 4))
    def lender_hears(self, which, count):
        worker = self._worker(which)
        for _ in range(count):
            if worker is not None and worker.connected and worker.out:
                self.world.to_lender(worker)

    @rule(which=st.integers(0, 5), count=st.integers(1, 4))
    def worker_hears(self, which, count):
        worker = self._worker(which)
        for _ in range(count):
            if worker is not None and worker.connected and worker.into:
                self.world.to_worker(worker)

    @rule()
    def everything_arrives(self):
        self.world.settle_down()

    @rule(which=st.integers(0, 5), beat=st.booleans())
    def report(self, which, beat):
        worker = self._worker(which)
        if worker is not None:
            worker.borrower.beat() if beat else worker.borrower.flush()


class Lending(Traffic):
    """The same among silences, cuts, deaths, clock steps and new limits."""

    # --- trouble ---

    @rule(which=st.integers(0, 5), luck=st.integers(0, 2))
    def cut(self, which, luck):
        worker = self._worker(which)
        if worker is not None and worker.connected and not luck:
            self.world.cut(worker)
            self._trouble()

    @rule(which=st.integers(0, 5))
    def connect_again(self, which):
        worker = self._worker(which)
        if worker is not None and not worker.connected:
            worker.connect()

    @rule(name=st.sampled_from(NAMES), luck=st.integers(0, 2))
    def kill(self, name, luck):
        if name in self.world.workers and not luck:
            self.world.kill(name)
            self._trouble()

    @rule(which=st.integers(0, 3))
    def the_death_is_heard_of(self, which):
        if self.world.unrecovered:
            dead = self.world.unrecovered[which % len(self.world.unrecovered)]
            self.world.hear_of_death(*dead)
            self._trouble()

    @rule(which=st.integers(0, 3))
    def its_journal_is_read(self, which):
        if self.world.unread:
            self.world.recover(self.world.unread[which % len(self.world.unread)])
            self._trouble()

    @rule(name=st.sampled_from(NAMES), full=st.booleans())
    def begin(self, name, full):
        # its folder is free once the one before is reaped
        if name not in self.world.workers and all(
            w.name != name for w, _ in self.world.unrecovered
        ):
            self.world.begin(name, full)

    def _dies_on_a_full_disk(self, name):
        self.world.kill(name)
        self.world.hear_of_death(*self.world.unrecovered[-1])
        for unread in list(self.world.unread):
            self.world.recover(unread)
        successor = self.world.begin(name, full=True)
        self.world.settle_down()
        self._trouble()
        return successor

    # both are rare enough among all orders to be asked for

    @rule(name=st.sampled_from(NAMES), taken=st.booleans())
    def on_a_full_disk_it_dies_twice(self, name, taken):
        if name in self.world.workers:
            successor = self._dies_on_a_full_disk(name)
            if taken:
                successor.settle_owed()
            self.world.kill(name)

    @rule(name=st.sampled_from(NAMES), which=st.sampled_from(list(FIRST)), more=st.integers(0, 300))
    def a_budget_is_new_while_the_disk_is_full(self, name, which, more):
        if name in self.world.workers:
            self._dies_on_a_full_disk(name)
            spent = self.world.money(scope(which, budget=0))
            self.publish(which, (None, None, None), None, "total")
            self.publish(which, (None, None, None), spent + more, "total")

    @rule(which=st.integers(0, 5))
    def the_disk_takes_what_is_owed(self, which):
        worker = self._worker(which)
        if worker is not None:
            worker.settle_owed()

    @rule(seconds=st.sampled_from([0.05, 0.4, 1.1, 3.0, 6.0, 20.0, 61.0]))
    def wait(self, seconds):
        before = self.world.clock.now_ms()
        self.world.clock.seconds += seconds
        if seconds > LEASE_S - 1:
            self._trouble()
        self._midnight(before)
        self.world.tick()

    @rule(hours=st.integers(1, 30))
    def step_the_wall_clock(self, hours):
        before = self.world.clock.now_ms()
        self.world.clock.wall_ms += hours * 3_600_000
        self._midnight(before)

    def _midnight(self, before):
        if before // 86_400_000 != self.world.clock.now_ms() // 86_400_000:
            self._trouble()

    @rule(
        name=st.sampled_from(list(FIRST)),
        rates=st.tuples(
            st.none() | st.integers(0, 20),
            st.none() | st.integers(0, 80),
            st.none() | st.integers(0, 8),
        ),
        budget=st.none() | st.integers(0, 1_500),
        window=st.sampled_from(["total", "day"]),
    )
    def publish(self, name, rates, budget, window):
        """Who cannot be reached cannot be told, so all can be."""
        world = self.world
        if (
            world.unrecovered
            or world.unread
            or not all(w.connected for w in world.workers.values())
        ):
            return
        world.settle_down()
        for worker in world.workers.values():
            worker.borrower.flush()
        world.settle_down()
        old = world.scopes[name].budget
        if old is not None and budget is not None and old.window == window:
            budget = max(budget, world.money(world.scopes[name]))
        elif budget is not None:
            # a budget that is new: what is open was not reserved for it
            budget = max(budget, world.money(scope(name, budget=budget, window=window)))
        world.publish({**world.scopes, name: scope(name, rates, budget, window)})
        for worker in world.workers.values():
            worker.borrower.forget(set(world.scopes))
        world.settle_down()
        self._trouble()

    # --- what must hold ---

    @precondition(lambda self: self.world.clock.seconds >= self.calm_from)
    @rule(
        which=st.integers(0, 5),
        key=st.sampled_from(KEYS),
        tokens=st.integers(0, 40),
        usd=st.integers(0, 300),
    )
    def nobody_is_refused_while_enough_lies_idle_anywhere(self, which, key, tokens, usd):
        world = self.world
        worker = self._worker(which)
        if worker is None or worker.owed or world.unrecovered or world.unread:
            return
        for one in world.workers.values():
            if not one.connected:
                return
            one.borrower.beat()
        world.settle_down()
        scopes = [world.scopes["team"], world.scopes[key]]
        if any(world.lacks(one, 1, tokens, usd, within_s=62) for one in scopes):
            return
        request = world.try_now(worker, key, tokens, usd)
        world.settle_down()
        assert request.state == "open", (request.state, request.error)

    @invariant()
    def what_is_lent_covers_what_is_used(self):
        if not hasattr(self, "world"):
            return
        for name, account in self.world.lender.accounts.items():
            lent = sum(held.lent(MONEY) for held in account.held.values())
            one = account.scope
            if one is not None and one.budget is not None and one.budget.window == "total":
                assert account.spent + lent >= self.world.money(one), name

    def teardown(self):
        """When all is over, everything has come back: nothing leaks beyond the lease."""
        if not hasattr(self, "world"):
            return
        world = self.world
        self._end_all_trouble()
        for _ in range(70):
            world.clock.seconds += 1
            for worker in world.workers.values():
                worker.borrower.beat()
            world.settle_down()
            world.tick()
        assert len(world.lender.sessions) == len(world.workers)
        for name, account in world.lender.accounts.items():
            self._nothing_is_left(name, account)

    def _end_all_trouble(self):
        world = self.world
        for dead in list(world.unrecovered):
            world.hear_of_death(*dead)
        for dead in list(world.unread):
            world.recover(dead)
        for worker in world.workers.values():
            if not worker.connected:
                worker.connect()
        world.settle_down()
        for worker in world.workers.values():
            while worker.open:
                worker.open[0].settle(0, worker.open[0].usd // 2)

    def _nothing_is_left(self, name, account):
        world = self.world
        now_s = int(world.clock.seconds)
        assert account.used_up(REQUESTS, now_s) == account.used_up(TOKENS, now_s) == 0
        holdings = [w.borrower.holding(name) for w in world.workers.values()]
        assert all(one.concurrent == one.reserved == 0 for one in holdings)
        for what in (REQUESTS, TOKENS, STREAMS, MONEY):
            idle = sum(one.idle[what] for one in holdings)
            assert sum(held.lent(what) for held in account.held.values()) == idle
            assert idle == 0 or len(holdings) == 1
        if account.scope is not None and account.scope.budget is not None:
            spent = world.money(account.scope)
            assert account.spent >= spent
            if account.scope.budget.window == "total":
                assert account.spent == spent


TestLending = Lending.TestCase
TestLending.settings = settings(max_examples=times(2), stateful_step_count=60, deadline=None)


def test_a_lender_that_cannot_be_reached_makes_requests_wait_and_then_says_so():
    world = Recorded(FIRST)
    worker = world.begin("w0")
    request = world.try_now(worker, "a", 1, 1)
    world.clock.seconds += 1.1
    world.tick()
    assert isinstance(request.error, LimitsUnavailable)
    with pytest.raises(AssertionError):
        world.lacks(scope("team", budget=-1), extra=0)
