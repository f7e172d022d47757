"""What a relay shows of its answer, and what it makes of the rest of one."""

import pytest

from support.stories import begun, chunk
from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.continuing.openai_chat import ChatContinuing
from vanguard.gateway.continuing.relay import ContinuedRelay

CONTINUING = ChatContinuing()
BAD = b'data: {"error": {"message": "busy"}}\n\n'


class Inner:
    losses = ("a",)
    skim = reword = tap = None
    tokens = 3
    done = True

    def __init__(self, body=b"{}"):
        self._body = body
        self._failed = False

    def request_body(self):
        return self._body

    def whole(self, body):
        return body

    def feed(self, data):
        self._failed = self._failed or b"error" in data
        return data

    def finish(self):
        return chunk({"content": "!"})

    def failure(self, status, body):
        return b"%d %b" % (status, body)

    def error_event(self, error, request_id):
        return f"{error.code} {request_id}".encode()

    def usage(self):
        return Usage(1, 2)

    def failed(self):
        return self._failed

    def stopped(self):
        return True


def made(may_go_on=lambda _: None):
    told = CONTINUING.given(1_000)
    return ContinuedRelay(Inner(), told, may_go_on), told


def test_the_beginning_is_passed_on_and_shown():
    relay, told = made()
    data = b"".join(begun("openai_chat", 2))
    assert relay.feed(data) == data
    assert relay.feed(b"") == b""
    assert relay.finish() == chunk({"content": "!"})
    assert told.text == "Once upon!"
    assert relay.skim is None
    assert (relay.losses, relay.tokens, relay.done) == (("a",), 3, True)
    assert (relay.usage(), relay.failed(), relay.stopped()) == (Usage(1, 2), False, True)
    assert (relay.request_body(), relay.whole(b"w")) == (b"{}", b"w")
    assert relay.failure(400, b"x") == b"400 x"
    assert relay.error_event(UpstreamError("m"), "r") == b"upstream_error r"


def test_an_error_that_passes_is_raised_where_others_may_go_on():
    found = []

    def may_go_on(event):
        found.append(event)
        return UpstreamError("busy")

    relay, told = made(may_go_on)
    word = chunk({"content": "no error yet"})
    with pytest.raises(UpstreamError, match="busy"):
        relay.feed(word + BAD)
    assert found == [BAD]
    # what came before it is the client's
    assert (relay.feed(b""), told.text) == (word, "no error yet")
    assert relay.feed(b"") == b""
    assert not relay.done
    relay, told = made()
    assert relay.feed(BAD) == BAD


def test_the_rest_is_spliced_and_marked_once():
    told = CONTINUING.given(1_000)
    for one in begun("openai_chat", 1):
        told.saw(one)
    relay = ContinuedRelay(Inner(), told, lambda _: None)
    broke_off = UpstreamError("gone")
    splice = CONTINUING.splice(told, "", 1)
    relay.go_on(splice, b": m\n\n", "continue_final_message", broke_off)
    assert b'"continue_final_message":true' in relay.request_body()
    assert relay.feed(chunk({"role": "assistant", "content": ""}, name="c2")) == b""
    out = relay.feed(chunk({"content": "x"}, name="c2"))
    assert out.startswith(b': m\n\ndata: {"id":"c1"')
    assert relay.finish().startswith(b'data: {"id":"c1"')
    assert told.text == "Oncex!"
    assert relay.failure(400, b"no prefill") is broke_off
    relay.go_on(splice, b"", "prefill", broke_off)
    assert relay.request_body() == b"{}"
