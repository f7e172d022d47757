from vanguard.gateway.http.messages import Request, request_head, response_head


def test_request_parts_and_headers():
    request = Request("GET", b"/a%20b?x=1&y", [(b"host", b"h"), (b"x-a", b"1"), (b"x-a", b"2")])
    assert (request.path, request.query) == ("/a%20b", "x=1&y")
    assert request.header(b"x-a") == b"2"
    assert request.header(b"x-b") is None


def test_header_text_is_bounded_and_printable():
    headers = [(b"long", b"x" * 5000), (b"wide", "سلام".encode()), (b"bad", b"a\x07b")]
    request = Request("GET", b"/", headers)
    assert len(request.text(b"long")) == 200
    assert request.text(b"wide") == "سلام"
    assert request.text(b"bad") == ""
    assert request.text(b"absent") == ""


def test_heads():
    assert bytes(response_head(200, [(b"a", b"b")])) == b"HTTP/1.1 200 OK\r\na: b\r\n"
    assert bytes(response_head(529, [])).startswith(b"HTTP/1.1 529 ")
    assert bytes(request_head(b"GET", b"/x", [(b"a", b"b")])) == b"GET /x HTTP/1.1\r\na: b\r\n\r\n"
