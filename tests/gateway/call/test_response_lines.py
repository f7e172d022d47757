from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from vanguard.gateway.call.response_lines import response_lines
from vanguard.gateway.http.messages import Hidden

EXCHANGE = SimpleNamespace(id="req_1", hidden=Hidden(), lines=b"x-ratelimit-limit-requests: 5\r\n")


def pairs(lines):
    assert lines.endswith(b"\r\n")
    return [tuple(line.split(b": ", 1)) for line in lines[:-2].split(b"\r\n")]


def test_ids_limits_deployment_and_the_upstreams_own_id():
    upstream = [(b"date", b"today"), (b"request-id", b"up_1")]
    assert pairs(response_lines(EXCHANGE, SimpleNamespace(id="m/0"), upstream, ())) == [
        (b"x-request-id", b"req_1"),
        (b"request-id", b"req_1"),
        (b"x-ratelimit-limit-requests", b"5"),
        (b"x-vanguard-deployment", b"m/0"),
        (b"x-upstream-request-id", b"up_1"),
    ]


def test_an_id_that_repeats_our_credential_is_none():
    exchange = SimpleNamespace(id="req_1", lines=b"", hidden=Hidden((b"sk-provider",)))
    upstream = [(b"x-request-id", b"Bearer sk-provider"), (b"x-amzn-requestid", b"up_1")]
    assert pairs(response_lines(exchange, None, upstream, ()))[2:] == [
        (b"x-upstream-request-id", b"***"),
        (b"x-upstream-request-id", b"up_1"),
    ]


@given(st.text(max_size=40), st.binary(max_size=40), st.lists(st.text(max_size=20), max_size=3))
def test_nothing_that_others_said_ends_a_line(deployment, upstream_id, losses):
    made = response_lines(
        EXCHANGE, SimpleNamespace(id=deployment), [(b"x-request-id", upstream_id)], losses
    )
    assert len(pairs(made)) == 5 + bool(losses)
    assert made.count(b"\n") == made.count(b"\r") == 5 + bool(losses)
