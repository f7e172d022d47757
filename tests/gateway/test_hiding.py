"""What an upstream says, without what is ours."""

import json

import pytest

from support.bedrock import exception, frame
from vanguard.core.errors import UpstreamRejected
from vanguard.gateway.hiding import hidden_in, hide, hide_events, hide_words
from vanguard.gateway.http.messages import Hidden
from vanguard.wire.event_stream import Splitter, read_frame

TOKEN = b"FwoGZXIvYXdzEJr//////////wEaDK+x"
ARN = b"arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/x"


def test_what_is_too_short_to_be_a_secret_is_none():
    assert hidden_in(b"", b"none", b"sk-12345") == Hidden((b"sk-12345",))


@pytest.mark.parametrize("said", [TOKEN, TOKEN.replace(b"/", rb"\/")])
def test_a_secret_is_found_as_json_may_have_it(said):
    assert hide(hidden_in(TOKEN), b'{"message":"x-amz-security-token:%b\\n"}' % said) == (
        b'{"message":"x-amz-security-token:***\\n"}'
    )


def test_numbers_of_accounts_are_hidden_where_they_are_ours_and_no_others():
    body = b'{"message":"no %b, account 123456789012","at":123456789012,"in": 123456789012}' % ARN
    assert hide(Hidden(), body) == body
    told = json.loads(hide(Hidden(accounts=True), body))
    assert told["at"] == told["in"] == 123456789012
    hidden = ARN.replace(b"123456789012", b"*" * 12).decode()
    assert told["message"] == f"no {hidden}, account {'*' * 12}"
    assert hide(Hidden(accounts=True), b"1234567890123 12345678901") == (
        b"1234567890123 12345678901"
    )


@pytest.mark.parametrize(
    "body",
    [b'{"ids":[123456789012],"at":  123456789012}', b'data: {"n":-1,"f":0.123456789012}\n\n'],
)
def test_what_is_a_number_in_json_stays_one(body):
    assert hide(Hidden(accounts=True), body) == body


def test_a_number_is_hidden_in_json_that_was_cut():
    assert hide(Hidden(accounts=True), b'{"message":"in 123456789012 is') == (
        b'{"message":"in ************ is'
    )


@pytest.mark.parametrize("size", [len(TOKEN), len(TOKEN) - 1, 8])
def test_an_error_keeps_all_but_the_secret_even_one_that_was_cut(size):
    error = UpstreamRejected("refused: " + TOKEN[:size].decode(), param="x")
    assert hide_words(hidden_in(TOKEN), error) is error
    assert (error.message, error.param) == ("refused: ***", "x")


def test_frames_stay_sound():
    events = frame("contentBlockDelta", {"delta": {"text": "a"}})
    ended = exception("internalServerException", f"got {TOKEN.decode()} of {ARN.decode()}")
    hidden = hidden_in(TOKEN, accounts=True)
    first, last = Splitter().feed(hide_events(hidden, "bedrock_converse", events + ended))
    assert first == events
    message = read_frame(last)
    assert message.headers == read_frame(ended).headers
    assert json.loads(message.payload) == {
        "message": "got *** of " + ARN.decode().replace("123456789012", "*" * 12)
    }


def test_server_sent_events_are_looked_through_as_they_are():
    assert hide_events(hidden_in(TOKEN), "openai_chat", b"data: %b\n\n" % TOKEN) == (
        b"data: ***\n\n"
    )
