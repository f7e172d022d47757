import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import InternalError
from vanguard.gateway.http.messages import Request, request_head, response_head


def test_request_parts_and_headers():
    request = Request("GET", b"/a%20b?x=1&y", [(b"host", b"h"), (b"x-a", b"1"), (b"x-a", b"2")])
    assert (request.path, request.query) == ("/a%20b", "x=1&y")
    assert request.header(b"x-a") == b"2"
    assert request.header(b"x-b") is None
    assert request.joined(b"x-a") == b"1,2"
    assert request.joined(b"x-b") is None


def test_a_request_takes_another_target_and_another_header():
    request = Request("GET", b"http://h/x?y", [(b"host", b"h"), (b"host", b"i"), (b"a", b"b")])
    assert request.header(b"host") == b"i"
    request.retarget(b"/x?y")
    request.replace_header(b"host", b"j")
    assert (request.target, request.path, request.query) == (b"/x?y", "/x", "y")
    assert request.headers == [(b"a", b"b"), (b"host", b"j")]
    assert request.header(b"host") == b"j"


def test_header_text_is_bounded_and_printable():
    headers = [(b"long", b"x" * 5000), (b"wide", "سلام".encode()), (b"bad", b"a\x07b")]
    request = Request("GET", b"/", headers)
    assert len(request.text(b"long")) == 200
    assert request.text(b"wide") == "سلام"
    assert request.text(b"bad") == ""
    assert request.text(b"absent") == ""


def test_heads():
    assert response_head(200, [(b"a", b"b")]) == b"HTTP/1.1 200 OK\r\na: b\r\n"
    assert response_head(529, []).startswith(b"HTTP/1.1 529 ")
    assert request_head(b"GET", b"/x", [(b"a", b"b")]) == b"GET /x HTTP/1.1\r\na: b\r\n\r\n"


breaking = st.lists(
    st.tuples(st.binary(max_size=6), st.sampled_from([b"", b"v", b"a\r\nb: c", b"\n", b"\r", b"\r\n\r\n", b"a\0"])),
    max_size=4,
)  # fmt: skip


@given(breaking)
def test_no_header_can_split_an_answer(headers):
    head = response_head(200, headers)
    assert head.count(b"\n") == head.count(b"\r\n") == head.count(b"\r") == len(headers) + 1
    assert b"\0" not in head


def test_what_looks_like_a_part_of_the_head_is_flattened_too():
    head = response_head(200, [(b"\r\n", b"\r\n"), (b"a", b"HTTP/1.1\r\nb: c")])
    assert head == b"HTTP/1.1 200 OK\r\n??: ??\r\na: HTTP/1.1??b: c\r\n"


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (b"/x\r\ny: z", []),
        (b"/x\n", []),
        (b"/", [(b"a", b"b\r\nc: d")]),
        (b"/", [(b"a\r", b"b")]),
        (b"/", [(b"a", b"\n")]),
        (b"/", [(b"a", b"\0")]),
    ],
)
def test_no_header_can_split_a_request(target, headers):
    with pytest.raises(InternalError):
        request_head(b"GET", target, headers)
