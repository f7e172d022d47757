from vanguard.gateway.limits.account import Account, Flying, Held
from vanguard.gateway.limits.protocol import MONEY, REQUESTS, STREAMS, TOKENS, Entry
from vanguard.snapshot.model import Budget, Limits, Scope

DAY_MS = 86_400_000
FULL = Scope("s", "team", "s", Limits(100, 1_000, 10), Budget(5_000, "day"))


def said(account, worker, idle=(0, 0, 0, 0), streams=0, usd=0):
    held = account.hold(worker)
    held.said(Entry("s", idle, streams, usd, 0))
    return held


def test_what_is_lent_is_not_free_wherever_it_is():
    account = Account("s", FULL)
    held = said(account, "w0", (5, 50, 1, 500), streams=2, usd=300)
    held.flying.append(Flying(1, (1, 0, 1, 0), (1, 0, 1, 0)))
    account.spent = 1_000
    account.requests.advance(7)
    account.requests.add(10, 7)
    assert account.free(REQUESTS, 7) == 100 - 10 - 6
    assert account.free(TOKENS, 7) == 950
    assert account.free(STREAMS, 7) == 10 - 4
    assert account.free(MONEY, 7) == 5_000 - 1_000 - 800
    # others see as left what lies idle with a neighbour, itself it has already
    left = account.left("w1", 7)
    assert (left.scope, left.requests, left.tokens, left.usd_micros) == ("s", 89, 1_000, 3_700)
    left = account.left("w0", 7)
    assert (left.requests, left.tokens, left.usd_micros) == (84, 950, 3_200)


def test_without_a_limit_nothing_is_counted_against_it():
    account = Account("s", Scope("s", "team", "s"))
    assert [account.free(what, 0) for what in range(4)] == [None] * 4
    left = account.left("w", 0)
    assert (left.requests, left.tokens, left.usd_micros) == (-1, -1, -1)
    gone = Account("s", None)
    assert gone.budget is None
    assert gone.limit(REQUESTS) is None


def test_a_claim_is_not_idle_for_the_next_who_asks():
    held = Held()
    held.said(Entry("s", (2, 0, 0, 0), 0, 0, 0))
    held.flying.append(Flying(1, (0, 0, 0, 0), (1, 0, 0, 0)))
    held.flying.append(Flying(2, (5, 0, 0, 0), (1, 0, 0, 0)))
    assert held.unclaimed(REQUESTS) == 2 + 5 - 2
    assert held.lent(REQUESTS) == 7
    held.landed(1)
    assert [one.number for one in held.flying] == [2]
    held.landed(2)
    held.said(Entry("s", (0, 0, 0, 0), 0, 0, 0))
    assert held.empty


def test_a_share_leaves_something_to_the_others_and_little_of_a_minute():
    account = Account("s", FULL)
    assert account.share(MONEY, 1_000, 5_000, workers=1) == 4_000
    assert account.share(MONEY, 1_000, 5_000, workers=2) == 1_000
    assert account.share(REQUESTS, 1, 100, workers=1) == 5
    assert account.share(TOKENS, 10, 20, workers=2) == 2
    assert account.share(STREAMS, 5, 5, workers=2) == 0


def test_what_a_lost_worker_held_of_the_minute_counts_as_used_then():
    account = Account("s", FULL)
    held = said(account, "w0", (5, 50, 3, 500))
    held.flying.append(Flying(1, (2, 0, 1, 0), (1, 0, 1, 0)))
    account.burn_minute("w0", 100)
    account.burn_minute("nobody", 100)
    assert account.used_up(REQUESTS, 160) == 7
    assert account.used_up(TOKENS, 160) == 50
    assert account.used_up(REQUESTS, 161) == 0
    assert (held.lent(REQUESTS), held.lent(TOKENS), held.lent(STREAMS)) == (0, 0, 4)
    assert account.wait_s(REQUESTS, 1, 161) >= 1


def test_a_day_ends_at_midnight_and_what_is_lent_stays_lent():
    account = Account("s", FULL)
    account.roll(20_000 * DAY_MS + 5)
    account.spent = 900
    said(account, "w0", (0, 0, 0, 100))
    account.roll(20_000 * DAY_MS + 9)
    assert account.spent == 900
    account.roll(20_001 * DAY_MS)
    assert account.spent == 0
    assert account.free(MONEY, 0) == 4_900
    # a clock that steps back finds what was spent in that day, and the next day what it had
    account.spent = 70
    account.roll(20_000 * DAY_MS)
    assert account.spent == 900
    account.roll(20_001 * DAY_MS)
    assert account.spent == 70
    # of a day that it has not counted it knows nothing: that one brings nothing back
    account.roll(19_999 * DAY_MS)
    assert (account.window_start_ms, account.spent) == (20_001 * DAY_MS, 70)
