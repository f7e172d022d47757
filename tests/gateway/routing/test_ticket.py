from vanguard.core.usage import Usage
from vanguard.gateway.routing.load import Load
from vanguard.gateway.routing.quota.account import AccountQuota
from vanguard.gateway.routing.ticket import Busy, Ticket
from vanguard.snapshot.model import Quota

RESERVED = Quota(tokens_per_minute=1_000, counting="reserved")


def ticket(load, quota, *, stream=False, unsent=None, now=100.0):
    taken = quota.take(quota.need(200, 100, 0.0), now)
    return Ticket(now, load, Busy(200, 300, stream), quota, taken, unsent)


def test_busy_until_handed_in_and_only_once():
    load, quota = Load(), AccountQuota(RESERVED)
    first, second = ticket(load, quota), ticket(load, quota)
    assert (load.requests, load.tokens) == (2, 600)
    first.end(101.0, Usage(50, 50), well=True)
    first.end(102.0, Usage(50, 50), well=True)
    assert (load.requests, load.tokens) == (1, 300)
    second.end(103.0)
    assert (load.requests, load.tokens) == (0, 0)
    assert quota.standing(103.0)["tokens"] == (1_000, 900)


def test_waits_of_streams_and_of_whole_answers_are_kept_apart():
    load, quota = Load(), AccountQuota(None)
    streamed = ticket(load, quota, stream=True)
    streamed.token(100.5)
    streamed.end(190.0, well=True)
    assert load.streamed.mean_s(100.5) == 0.5
    assert load.whole.mean_s(190.0) == 0.0
    whole = ticket(load, quota)
    whole.end(102.0, well=True)
    failed = ticket(load, quota)
    failed.end(150.0)
    assert load.whole.mean_s(102.0) == 2.0


def test_heads_and_refusals_reach_the_quota():
    load, quota = Load(), AccountQuota(None)
    one = ticket(load, quota)
    one.head(
        429, [(b"x-ratelimit-limit-tokens", b"600"), (b"x-ratelimit-remaining-tokens", b"0")], 100.0
    )
    one.refused(3.0, 100.0)
    assert quota.standing(100.0)["tokens"] == (600, 0)
    assert quota.free_in_s(100.0) == 3.0
    one.refused(None, 103.0)
    assert quota.free_in_s(103.0) == 1.0
    one.head(200, [], 105.0)
    one.refused(None, 105.1)
    assert quota.free_in_s(105.1) == 0.0


def test_what_was_refused_left_nothing_warm():
    undone: list[int] = []
    load, quota = Load(), AccountQuota(None)
    refused = ticket(load, quota, unsent=lambda: undone.append(1))
    refused.head(429, [], 100.0)
    refused.end(100.0)
    refused.end(100.0)
    assert undone == [1]
    answered = ticket(load, quota, unsent=lambda: undone.append(2))
    answered.head(200, [], 100.0)
    answered.end(100.0)
    assert undone == [1]
