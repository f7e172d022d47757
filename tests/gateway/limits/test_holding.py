from vanguard.core.errors import RateLimited
from vanguard.gateway.limits.holding import (
    BorrowedChain,
    Holding,
    NotHeld,
    money_for,
    refusal,
    want,
)
from vanguard.gateway.limits.protocol import REQUESTS, STREAMS, Left, Refusal
from vanguard.snapshot.model import Budget, Limits, Scope

FULL = Scope("s", "team", "s", Limits(10, 100, 3), Budget(1_000))
BARE = Scope("b", "key", "b")


def chain():
    return BorrowedChain((FULL, BARE), (Holding("s"), Holding("b")))


def test_a_chain_knows_whether_anything_of_it_is_limited():
    assert (chain().budgeted, bool(chain().minutes)) == (True, True)
    bare = BorrowedChain((BARE,), (Holding("b"),))
    assert (bare.budgeted, bool(bare.minutes)) == (False, False)


def test_a_request_wants_what_is_limited_and_nothing_else():
    wanted = NotHeld(chain(), 20, 0)
    assert want(FULL, wanted).amounts == (1, 20, 1, 1)
    assert want(BARE, wanted).amounts == (0, 0, 0, 0)
    assert money_for(Budget(1_000), 7) == 7
    assert money_for(Budget(0), 0) == 0


def test_a_refusal_of_a_limit_that_the_request_does_not_know_is_none():
    wanted = NotHeld(chain(), 20, 0)
    said = Refusal(1, "s", REQUESTS, 0, 9, ())
    assert isinstance(refusal(FULL, said, wanted), RateLimited)
    assert refusal(FULL, said, wanted).retry_after_s == 9
    assert refusal(BARE, said, wanted) is None
    assert refusal(BARE, Refusal(1, "b", STREAMS, 0, 0, ()), wanted) is None


def test_a_chain_hands_on_to_each_scope_what_that_scope_counts():
    full, bare, tokens_only = Holding("s"), Holding("b"), Holding("t")
    only = Scope("t", "team", "t", Limits(tokens_per_minute=50))
    scopes = BorrowedChain((FULL, BARE, only), (full, bare, tokens_only))
    assert [row[0] for row in scopes.rows] == [full, tokens_only]
    full.used_s, full.token_slots = 9.0, {7: 1}
    scopes.concurrent, scopes.reserved, scopes.spent, scopes.used_s = 2, 30, 4, 8.5
    scopes.touched = True
    for second, requests, tokens in ((7, 1, 10), (7, 1, 5), (8, 0, -3)):
        slot = scopes.slots[second]
        slot[0] += requests
        slot[1] += tokens
    for _ in range(2):
        # the second time there is nothing to hand on
        scopes.hand_on()
        assert not scopes.touched
        for holding in (full, bare, tokens_only):
            assert (holding.concurrent, holding.reserved, holding.spent) == (2, 30, 4)
        assert (full.used_s, bare.used_s) == (9.0, 8.5)
        assert full.request_slots == {7: 2, 8: 0}
        assert full.token_slots == {7: 16, 8: -3}
        assert bare.request_slots == bare.token_slots == {}
        assert (tokens_only.request_slots, tokens_only.token_slots) == ({}, {7: 15, 8: -3})


def test_what_is_left_besides_is_never_less_than_nothing():
    holding = Holding("s")
    holding.hear(Left("s", 5, -1, 70), 3.0)
    assert (holding.heard_s, holding.lefts.usd_micros) == (3.0, 70)
    assert (holding.spare_requests, holding.spare_tokens) == (5, 0)


def test_what_was_used_is_told_once_and_what_cancels_out_not_at_all():
    holding = Holding("s")
    holding.request_slots = {5: 2}
    holding.token_slots = {5: 10, 6: 0}
    holding.spent = 3
    entry = holding.entry()
    assert (entry.request_slots, entry.token_slots) == (((5, 2),), ((5, 10),))
    assert holding.entry().request_slots == ()
    assert holding.in_use
    assert not Holding("s").in_use
