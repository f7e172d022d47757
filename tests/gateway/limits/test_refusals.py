from vanguard.gateway.limits.refusals import (
    no_budget,
    no_input,
    no_requests,
    no_streams,
    no_tokens,
)
from vanguard.snapshot.model import Budget, Scope

SCOPE = Scope("t", "team", "red")


def test_what_is_reached_and_how_long_to_wait_is_told():
    error = no_requests(SCOPE, 5, 7)
    assert error.retry_after_s == 7
    assert "team 'red', 5 requests a minute" in error.message
    error = no_tokens(SCOPE, 100, -3, 20, 9)
    assert error.retry_after_s == 9
    assert "0 are left and this request may use 20" in error.message
    assert no_streams(SCOPE, 2).retry_after_s == 1


def test_waiting_is_not_offered_where_it_cannot_help():
    assert no_tokens(SCOPE, 100, 100, 101, 9).retry_after_s is None
    error = no_budget(SCOPE, Budget(2_000_000, "day"), -5, 30)
    assert error.retry_after_s is None
    assert "($2.00 a day) has $0.00 left and this request may cost $0.000030" in error.message


def test_each_says_which_limit_of_whom_it_is():
    paid = Scope("k", "key", "ci", budget=Budget(9, "total"))
    errors = (
        no_requests(SCOPE, 5, 7),
        no_tokens(SCOPE, 100, -3, 20, 9),
        no_tokens(SCOPE, 100, 100, 101, 9),
        no_streams(SCOPE, 2),
        no_budget(SCOPE, Budget(9, "total"), 1, 2),
        no_input((SCOPE, paid), 1, 2),
    )
    assert [(error.limit, error.scope) for error in errors] == [
        ("requests_per_minute", "team 'red'"),
        ("tokens_per_minute", "team 'red'"),
        ("tokens_per_minute", "team 'red'"),
        ("concurrent_requests", "team 'red'"),
        ("budget", "team 'red'"),
        ("budget", "key 'ci'"),
    ]
