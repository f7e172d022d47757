from vanguard.core.errors import UpstreamRejected, UpstreamUnavailable
from vanguard.gateway.doors import DOORS
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.http.messages import Request


def test_an_exchange_starts_with_the_clients_body_and_looks_for_media_once_a_body():
    body = b'{"messages":[{"type":"image_url"}]}'
    door = DOORS["/v1/chat/completions"]
    exchange = Exchange(Request("POST", b"/", [], b'{"type":"image_url"}'), None, door, None)
    assert exchange.body is exchange.request.body
    assert exchange.reservation is None
    assert not Exchange(Request("POST", b"/", [], b"{}"), None, door, None).has_media()
    exchange.replace_body(b"{}")
    assert not exchange.has_media()
    exchange.replace_body(body.replace(b'"type":"image_url"', b'"image_url":{}'))
    assert exchange.has_media()


def test_an_outcome_is_a_failure_until_something_better_is_known():
    outcome = Outcome(None, 2)
    assert (outcome.status, outcome.attempt, outcome.usage, outcome.first_token_ms) == (
        "failed",
        2,
        None,
        -1,
    )


def test_why_an_attempt_had_no_answer_is_kept_in_our_own_words_alone():
    outcome = Outcome(None, 0)
    assert outcome.reason == ""
    outcome.failed(UpstreamUnavailable("no route"))
    assert (outcome.error, outcome.reason) == ("upstream_unavailable", "no route")
    outcome.failed(UpstreamRejected("your prompt"))
    assert (outcome.status, outcome.error, outcome.reason) == ("failed", "upstream_rejected", "")
