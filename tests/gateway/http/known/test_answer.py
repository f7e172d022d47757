import pytest

from vanguard.gateway.http.known.answer import KnownAnswer

HEAD = b"HTTP/1.1 429 T\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"


def known(kind=b"application/json", body=b"abc"):
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    return KnownAnswer.of(HEAD % (kind, len(body)) + body, body, 429, headers), headers


def test_what_the_parser_made_of_a_head_is_kept():
    answer, headers = known()
    assert answer.status == 429
    assert answer.headers == headers[:1], "the length is that of the first one"
    assert not answer.met
    assert answer.body(HEAD % (b"application/json", 5) + b"again") == b"again"
    assert answer.body(HEAD % (b"text/plain", 5) + b"again") is None


@pytest.mark.parametrize(
    ("kind", "streams"),
    [
        (b"application/json", False),
        (b"text/plain", False),
        (b"text/event-stream", True),
        (b"Text/Event-Stream; charset=utf-8", True),
        (b"application/vnd.amazon.eventstream", True),
    ],
)
def test_whether_its_bodies_are_of_events(kind, streams):
    assert known(kind)[0].streams is streams


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc\r\n", b"abc"),
        (b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", b"abc"),
        # a body that was unpacked is not the one that stands there
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", b"abcabc"),
    ],
)
def test_an_answer_that_does_not_end_with_a_body_of_its_length_cannot_be_known_again(data, body):
    assert KnownAnswer.of(data, body, 200, []) is None
