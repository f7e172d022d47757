import pytest

from vanguard.gateway.doors import DOORS
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.http.messages import Request


def test_an_exchange_starts_with_the_clients_body_and_takes_no_unknown_field():
    request = Request("POST", b"/v1/messages", [], b"{}")
    exchange = Exchange(request, None, DOORS["/v1/messages"], None)
    assert exchange.body is request.body
    assert exchange.reservation is None
    with pytest.raises(AttributeError):
        exchange.reservatoin = 1


def test_an_outcome_is_a_failure_until_something_better_is_known():
    outcome = Outcome(None, 2)
    assert (outcome.status, outcome.attempt, outcome.usage, outcome.first_token_ms) == (
        "failed",
        2,
        None,
        -1,
    )
