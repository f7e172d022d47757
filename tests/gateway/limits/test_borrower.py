import pytest

from support.lending import ManualClock
from vanguard.core.errors import (
    BudgetExceeded,
    LimitsUnavailable,
    RateLimited,
    TooManyStreams,
)
from vanguard.gateway.limits.borrower import PATIENCE_S, Borrower
from vanguard.gateway.limits.holding import NotHeld
from vanguard.gateway.limits.protocol import (
    LEASE_S,
    MONEY,
    REQUESTS,
    STREAMS,
    TOKENS,
    Alive,
    Ask,
    Bye,
    Grant,
    Left,
    Lot,
    Recall,
    Refusal,
    Report,
)
from vanguard.snapshot.model import Budget, Limits, Scope


def scope(name="s", rpm=None, tpm=None, streams=None, budget=None):
    return Scope(
        name,
        "key",
        name,
        Limits(rpm, tpm, streams),
        Budget(budget) if budget is not None else None,
    )


FULL = scope(rpm=10, tpm=100, streams=3, budget=1_000)


class Desk:
    """A borrower and all that it has said."""

    def __init__(self, *scopes, alone=False):
        self.clock = ManualClock()
        self.said = []
        self.offset = 0
        self.borrower = Borrower(self.clock, self.said.append, lambda: self.offset)
        self.scopes = scopes or (FULL,)
        self.chain = self.borrower.chain("k", self.scopes)
        self.borrower.connect(self.said.append)
        self.alone = alone
        self.alive()

    def alive(self):
        self.borrower.receive(Alive(self.clock.seconds, self.alone))

    def lend(self, *amounts, ask=0, number=1, left=(-1, -1, 0), name="s"):
        lefts = (Left(name, *left),)
        self.borrower.receive(Grant(number, ask, (Lot(name, amounts),), lefts))

    def last(self, kind):
        return [one for one in self.said if isinstance(one, kind)][-1]

    def short(self, tokens=0, usd=0):
        """Asks, and returns what the request is told."""
        told = []
        with pytest.raises(NotHeld) as caught:
            self.borrower.reserve(self.chain, tokens, usd)
        self.borrower.ask(caught.value, told.append)
        return told


def test_it_takes_from_all_or_from_none():
    desk = Desk(scope("team", streams=2), FULL)
    desk.lend(1, 50, 1, 500)
    told = desk.short(20, 100)
    ask = desk.last(Ask)
    assert [(want.scope, want.amounts) for want in ask.wants] == [
        ("team", (0, 0, 1, 0)),
        ("s", (1, 20, 1, 100)),
    ]
    assert desk.borrower.holding("s").idle == (1, 50, 1, 500)
    desk.lend(0, 0, 1, 0, ask=ask.number, number=2, name="team")
    assert told == [None]
    held = desk.borrower.reserve(desk.chain, 20, 100)
    assert desk.borrower.holding("s").idle == (0, 30, 0, 400)
    assert desk.borrower.holding("team").idle == (0, 0, 0, 0)
    desk.borrower.settle(held, 5, 30)
    desk.borrower.settle(held, 5, 30)
    # a refund of tokens is the lender's: it may be given out only within its minute
    assert desk.borrower.holding("s").idle == (0, 30, 1, 470)


def test_a_report_tells_levels_and_what_was_used_in_which_second():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    held = desk.borrower.reserve(desk.chain, 20, 100)
    desk.clock.seconds += 2
    desk.borrower.reserve(desk.chain, 10, 50)
    desk.borrower.settle(held, 25, 30)
    desk.offset = 77
    desk.borrower.flush()
    report = desk.last(Report)
    assert (report.offset, report.seen, report.recalled) == (77, 1, 0)
    (entry,) = report.entries
    assert entry.idle == (3, 55, 2, 900 - 150 + 70)
    assert (entry.streams, entry.usd_micros, entry.spent) == (1, 50, 30)
    assert dict(entry.request_slots) == {1_000: 1, 1_002: 1}
    assert dict(entry.token_slots) == {1_000: 25, 1_002: 10}
    # told once; nothing new, nothing said
    said = len(desk.said)
    desk.borrower.flush()
    assert len(desk.said) == said


def test_tokens_used_beyond_the_reservation_are_not_there_for_the_next_request():
    desk = Desk(scope("team", rpm=5), FULL)
    desk.lend(3, 90, 3, 900)
    desk.lend(3, 0, 0, 0, number=2, name="team")
    desk.borrower.settle(desk.borrower.reserve(desk.chain, 10, 0), 70, 0)
    assert desk.borrower.holding("s").tokens == 20
    desk.borrower.settle(desk.borrower.reserve(desk.chain, 10, 0), 70, 0)
    # what lacks is the lender's to find: it hears of all that was used
    assert desk.borrower.holding("s").tokens == 0
    assert desk.borrower.holding("team").tokens == 0
    assert desk.short(tokens=10) == []
    desk.borrower.flush()
    entry = next(one for one in desk.last(Report).entries if one.scope == "s")
    assert desk.said[0].entries == ()
    told = [one for said in desk.said if isinstance(said, Report) for one in said.entries]
    used = [slot for one in told if one.scope == "s" for slot in one.token_slots]
    assert sum(tokens for _, tokens in used) == 140
    assert entry.idle[1] == 0


def test_what_is_held_of_a_minute_ends_with_the_lease():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    desk.borrower.reserve(desk.chain, 1, 1)
    desk.clock.seconds += LEASE_S
    desk.borrower.reserve(desk.chain, 1, 1)
    desk.clock.seconds += 0.1
    told = desk.short(1, 1)
    # it asks with a report, so that the answer renews the lease
    assert desk.last(Report).at_s == desk.clock.seconds
    desk.alive()
    assert desk.borrower.reserve(desk.chain, 1, 1)
    assert told == []
    # streams and money are charged until this process is known to be dead: they need no lease
    other = Desk(scope(streams=1, budget=10))
    other.lend(0, 0, 1, 10)
    other.borrower.disconnected()
    other.clock.seconds += 1_000
    assert other.borrower.reserve(other.chain, 0, 5)


@pytest.mark.parametrize(
    ("what", "kind", "said"),
    [
        (REQUESTS, RateLimited, "10 requests a minute"),
        (TOKENS, RateLimited, "7 are left and this request may use 20"),
        (STREAMS, TooManyStreams, "3 requests at once"),
        (MONEY, BudgetExceeded, r"has \$0.000007 left and this request may cost \$0.000100"),
    ],
)
def test_a_refusal_says_which_limit_of_which_scope(what, kind, said):
    desk = Desk()
    told = desk.short(20, 100)
    number = desk.last(Ask).number
    desk.borrower.receive(Refusal(number, "s", what, 7, 9, (Left("s", 1, 2, 7),)))
    ((error,),) = [told]
    with pytest.raises(kind, match=said):
        raise error
    assert desk.borrower.remaining_usd_micros(desk.chain) == 7
    desk.borrower.receive(Refusal(number, "s", what, 7, 9, ()))
    assert len(told) == 1


def test_a_refusal_for_a_limit_that_is_gone_is_worth_another_try_later():
    desk = Desk(scope(streams=1))
    told = desk.short()
    desk.borrower.receive(Refusal(desk.last(Ask).number, "s", MONEY, 0, 0, ()))
    assert isinstance(told[0], LimitsUnavailable)


def test_a_request_larger_than_its_limit_is_not_asked_for():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    with pytest.raises(RateLimited, match="more than the 100 a minute"):
        desk.borrower.reserve(desk.chain, 101, 1)


def test_patience_ends_and_a_request_can_be_taken_back():
    desk = Desk()
    told = desk.short()
    gone = []
    with pytest.raises(NotHeld) as caught:
        desk.borrower.reserve(desk.chain, 0, 0)
    take_back = desk.borrower.ask(caught.value, gone.append)
    take_back()
    take_back()
    desk.borrower.flush()
    assert told == []
    desk.clock.seconds += PATIENCE_S
    desk.borrower.flush()
    assert [type(one) for one in told] == [LimitsUnavailable]
    assert gone == []


def test_a_request_whose_ask_fails_is_not_answered_as_well():
    desk = Desk()

    def fail(_):
        raise OverflowError

    desk.borrower._send = fail
    told = []
    with pytest.raises(NotHeld) as caught:
        desk.borrower.reserve(desk.chain, 0, 0)
    with pytest.raises(OverflowError):
        desk.borrower.ask(caught.value, told.append)
    desk.borrower._send = desk.said.append
    desk.clock.seconds += PATIENCE_S
    desk.borrower.flush()
    assert told == []


def test_who_waits_is_answered_though_nothing_can_be_reported():
    desk = Desk()
    told = desk.short()
    desk.borrower.disconnected()
    desk.borrower.connect(desk.said.append)
    desk.lend(1, 50, 1, 500)

    def fail(_):
        raise OverflowError

    desk.borrower._send = fail
    desk.clock.seconds += PATIENCE_S
    with pytest.raises(OverflowError):
        desk.borrower.flush()
    assert [type(one) for one in told] == [LimitsUnavailable]


def test_who_asked_while_there_was_no_connection_is_asked_for_after_it():
    desk = Desk()
    desk.borrower.disconnected()
    told = desk.short()
    assert not [one for one in desk.said if isinstance(one, Ask)]
    desk.borrower.connect(desk.said.append)
    desk.lend(1, 0, 1, 1, ask=desk.last(Ask).number)
    assert told == [None]


def test_a_new_connection_tells_what_is_in_use_and_forgets_the_minute():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    held = desk.borrower.reserve(desk.chain, 20, 100)
    desk.borrower.settle(held, 20, 60)
    desk.borrower.reserve(desk.chain, 20, 200)
    desk.borrower.disconnected()
    desk.borrower.connect(desk.said.append)
    report = desk.last(Report)
    (entry,) = report.entries
    assert report.seen == 0
    assert entry.idle == (0, 0, 2, 900 - 60 - 200)
    assert (entry.streams, entry.usd_micros, entry.spent) == (1, 200, 60)
    assert entry.request_slots == entry.token_slots == ()


def test_what_is_recalled_goes_back_and_so_does_what_becomes_free_until_the_next_grant():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    held = [desk.borrower.reserve(desk.chain, 10, 100) for _ in range(2)]
    desk.borrower.receive(Recall(4, ("s",)))
    report = desk.last(Report)
    assert report.recalled == 4
    assert report.entries[0].idle == (0, 0, 0, 0)
    desk.borrower.settle(held[0], 10, 40)
    assert desk.borrower.holding("s").idle == (0, 0, 0, 0)
    desk.borrower.receive(Recall(5, ("s",)))
    assert desk.last(Report).recalled == 5
    assert desk.last(Report).entries[0].streams == 1
    desk.lend(1, 10, 1, 100, number=2)
    desk.borrower.settle(held[1], 10, 40)
    assert desk.borrower.holding("s").idle == (1, 10, 2, 160)


def test_a_cost_above_its_reservation_stays_owed():
    desk = Desk()
    desk.lend(5, 90, 3, 100)
    held = desk.borrower.reserve(desk.chain, 10, 100)
    desk.borrower.settle(held, 10, 130)
    assert desk.borrower.holding("s").idle[MONEY] == -30
    desk.borrower.receive(Recall(1, ("s",)))
    assert desk.last(Report).entries[0].idle[MONEY] == -30


def test_what_nobody_uses_goes_back_unless_nobody_else_could_use_it():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    desk.borrower.beat()
    assert desk.borrower.holding("s").idle == (5, 90, 3, 900)
    desk.clock.seconds += 1.5
    desk.borrower.beat()
    assert desk.borrower.holding("s").idle == (0, 0, 0, 0)
    assert desk.last(Report).entries[0].idle == (0, 0, 0, 0)
    alone = Desk(alone=True)
    alone.lend(5, 90, 3, 900)
    alone.clock.seconds += 1.5
    alone.borrower.beat()
    assert alone.borrower.holding("s").idle == (5, 90, 3, 900)


def test_what_a_budget_still_allows_is_what_is_held_and_what_others_do_not_use():
    desk = Desk(scope("team", budget=500), FULL)
    free = desk.borrower.chain("f", (scope("free"),))
    assert desk.borrower.remaining_usd_micros(free) is None
    with pytest.raises(NotHeld):
        desk.borrower.remaining_usd_micros(desk.chain)
    desk.lend(0, 0, 0, 100, left=(-1, -1, 250))
    desk.lend(0, 0, 0, 50, left=(-1, -1, 100), name="team", number=2)
    assert desk.borrower.remaining_usd_micros(desk.chain) == 150
    desk.borrower.be_sure(desk.chain, desk.clock.seconds)
    desk.borrower.be_sure(free, desk.clock.seconds + 1)
    with pytest.raises(NotHeld):
        desk.borrower.be_sure(desk.chain, desk.clock.seconds + 0.1)


def test_a_spent_budget_serves_nobody_and_a_budget_of_zero_what_is_free():
    desk = Desk(scope(budget=100))
    desk.lend(0, 0, 0, 0)
    desk.short(0, 0)
    assert desk.last(Ask).wants[0].amounts == (0, 0, 0, 1)
    zero = Desk(scope(budget=0))
    assert zero.borrower.reserve(zero.chain, 0, 0)


def test_standing_is_what_is_held_and_what_was_heard():
    desk = Desk(scope("team", rpm=50), FULL)
    desk.lend(2, 30, 0, 0, left=(4, 60, 0))
    desk.lend(3, 0, 0, 0, left=(1, -1, -1), name="team", number=2)
    standing = desk.borrower.standing(desk.chain)
    assert (standing.requests_limit, standing.requests_left) == (50, 4)
    assert (standing.tokens_limit, standing.tokens_left, standing.tokens_reset_s) == (100, 90, 60)
    assert desk.borrower.standing(desk.borrower.chain("f", (scope("free", streams=1),))) is None


@pytest.mark.parametrize(
    ("limit", "left", "stands"),
    [(100, 8, (10, 7, 60)), (5, 9, (5, 5, 0)), (20, 7, (10, 7, 60)), (20, 6, (20, 6, 60))],
)
def test_the_tightest_limit_stands_for_all(limit, left, stands):
    # one that was lowered meanwhile has no more left than it allows
    desk = Desk(scope("team", rpm=10), scope("key", rpm=limit))
    desk.lend(7, 0, 0, 0, name="team")
    desk.lend(left, 0, 0, 0, name="key", number=2)
    standing = desk.borrower.standing(desk.chain)
    told = standing.requests_limit, standing.requests_left, standing.requests_reset_s
    assert told == stands
    assert (standing.tokens_limit, standing.tokens_left, standing.tokens_reset_s) == (-1, -1, 0)


def test_scopes_that_are_gone_give_back_and_what_was_spent_is_never_told_anew():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    held = desk.borrower.reserve(desk.chain, 1, 1)
    desk.borrower.forget(set())
    desk.borrower.settle(held, 1, 1)
    desk.borrower.flush()
    assert desk.last(Report).entries[0].spent == 1
    desk.borrower.forget(set())
    assert desk.borrower.holding("s").spent == 1
    unused = Desk()
    unused.lend(5, 90, 3, 900)
    unused.borrower.forget(set())
    unused.borrower.flush()
    assert unused.last(Report).entries[0].idle == (0, 0, 0, 0)


def test_good_bye_comes_after_the_last_report():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    desk.borrower.close()
    assert isinstance(desk.said[-2], Report)
    assert isinstance(desk.said[-1], Bye)
    desk.borrower.close()
    assert isinstance(desk.said[-2], Report)


def test_who_must_end_with_a_request_open_says_no_good_bye():
    desk = Desk()
    desk.lend(5, 90, 3, 900)
    desk.borrower.reserve(desk.chain, 1, 1)
    desk.borrower.close()
    assert not [one for one in desk.said if isinstance(one, Bye)]
    assert desk.last(Report).entries[0].streams == 1
    assert not desk.borrower.connected


def test_who_asks_anew_first_tells_that_the_grant_without_a_lot_has_come():
    # else the lender would go on backing a claim that nobody has any more, and refuse the request
    desk = Desk(scope(streams=40))
    first, second = desk.short(), desk.short()
    desk.lend(0, 0, 2, 0, ask=1, number=1)
    assert first == [None]
    for _ in range(2):  # others are quicker
        desk.borrower.reserve(desk.chain, 0, 0)
    desk.borrower.flush()
    desk.borrower.receive(Grant(2, 2, (), ()))
    assert second == [None]
    desk.said.clear()
    desk.short()
    assert [type(one) for one in desk.said] == [Report, Ask]
    assert desk.last(Report).seen == 2
    desk.short()
    assert [type(one) for one in desk.said] == [Report, Ask, Ask]
