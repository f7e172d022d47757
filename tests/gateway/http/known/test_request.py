import pytest

from vanguard.gateway.http.known.head import LENGTH_DIGITS
from vanguard.gateway.http.known.request import KnownRequest
from vanguard.gateway.http.messages import Request

HEAD = b"POST /v1?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nx-a: 1\r\n\r\n"


def read(body=b"abc"):
    """A request as the reader makes it of HEAD."""
    headers = [(b"host", b"x"), (b"content-length", b"3"), (b"x-a", b"1")]
    index = {b"host": b"x", b"content-length": b"", b"x-a": b"1"}
    return Request("POST", b"/v1?a=b", headers, body, index)


def known(request=None, head_bytes=1_000):
    return KnownRequest.of(HEAD + b"abc", request or read(), head_bytes)


@pytest.mark.parametrize("body", [b"", b"d", b"x" * 1_234])
def test_another_body_makes_another_request_in_all_else_the_same(body):
    head = known()
    data = HEAD.replace(b": 3", b": %d" % len(body)) + body
    assert head.body(data) == body
    again = head.again(body)
    assert (again.method, again.target, again.path, again.query) == (
        "POST",
        b"/v1?a=b",
        "/v1",
        "a=b",
    )
    assert again.body == body
    length = (b"content-length", b"%d" % len(body))
    # in the client's order
    assert again.headers == [(b"host", b"x"), length, (b"x-a", b"1")]
    assert again.index == read().index


def test_it_comes_from_the_same_client_by_the_same_way():
    request = read()
    request.admin, request.peer, request.keep_alive, request.chunked = False, "::1", False, False
    again = known(request).again(b"d")
    assert (again.admin, again.peer, again.keep_alive, again.chunked) == (
        (False, "::1", False, False)
    )  # fmt: skip
    usual = known().again(b"d")
    assert (usual.admin, usual.peer, usual.keep_alive, usual.chunked) == (True, "", True, True)


def test_what_is_done_to_one_request_the_next_does_not_hear_of():
    first = read()
    head = known(first)
    first.replace_header(b"x-a", b"2")
    first.retarget(b"/first")
    second = head.again(b"second")
    assert (second.header(b"x-a"), second.path) == (b"1", "/v1")
    second.replace_header(b"x-a", b"2")
    second.replace_header(b"host", b"y")
    second.retarget(b"/second")
    second.headers.append((b"x-b", b"1"))
    third = head.again(b"third")
    assert third.headers == [(b"host", b"x"), (b"content-length", b"5"), (b"x-a", b"1")]
    assert (third.header(b"x-a"), third.header(b"host"), third.path) == (b"1", b"x", "/v1")
    assert (second.body, second.headers[0]) == (b"second", (b"content-length", b"6"))


def test_headers_of_two_requests_at_once_tell_each_its_own_length():
    head = known()
    second, third = head.again(b"2" * 22), head.again(b"3" * 333)
    assert third.headers[1] == (b"content-length", b"333")
    assert second.headers[1] == (b"content-length", b"22")
    assert third.headers[1] == (b"content-length", b"333")


def test_a_head_must_stay_within_its_bound_with_the_longest_length_too():
    assert known(head_bytes=len(HEAD) + LENGTH_DIGITS) is not None
    assert known(head_bytes=len(HEAD) + LENGTH_DIGITS - 1) is None


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (HEAD.replace(b"Content-Length", b"CONTENT-LENGTH") + b"abc", b"abc"),
        (HEAD.replace(b": 3", b":  3") + b"abc", b"abc"),
        (b"\r\n\r\n" + HEAD + b"abc", b"abc"),
        (HEAD + b"abc" + b"GET", b"abc"),
        (HEAD.replace(b"Content-Length: 3", b"transfer-encoding: chunked") + b"0\r\n\r\n", b""),
    ],
)
def test_what_was_read_from_other_bytes_cannot_be_known_again(data, body):
    assert KnownRequest.of(data, read(body), 1_000) is None
