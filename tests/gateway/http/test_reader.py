"""Bytes that clients should not send, each fed whole and one byte at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import InvalidRequest, VanguardError
from vanguard.gateway.http.heads import Refused
from vanguard.gateway.http.messages import Request
from vanguard.gateway.http.reader import BODY, HEAD, IDLE, READ_BYTES, RequestReader
from vanguard.snapshot.boot import Bounds

BOUNDS = Bounds(request_body_bytes=1000, head_bytes=2000, headers=20)
GET = b"GET / HTTP/1.1\r\nhost: x\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"


class Taken:
    """Keeps what the reader says, and refuses upgrades."""

    def __init__(self):
        self.requests: list[Request] = []
        self.upgrades = []
        self.continues = 0
        self.held = 0
        self.reader = RequestReader(self, BOUNDS)

    def received(self, request):
        self.requests.append(request)

    def upgrade_asked(self, request, surplus):
        self.upgrades.append(request)
        return False

    def continue_wanted(self):
        self.continues += 1

    def hold(self, size):
        self.held += size

    def read(self, data, step=0):
        """The error that ends the reading, as its status, or 0."""
        try:
            for start in range(0, len(data), step or len(data)):
                self.reader.feed(data[start : start + (step or len(data))])
        except (VanguardError, Refused) as error:
            return error.status
        return 0


def read(data, step=0):
    taken = Taken()
    return taken.read(data, step), taken


REFUSED = {
    # lengths and codings
    "length beside coding": (
        POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
        400,
    ),
    "coding beside length": (
        POST + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n",
        400,
    ),
    "zero length beside coding": (
        POST + b"content-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "two lengths": (POST + b"content-length: 3\r\ncontent-length: 4\r\n\r\nabc", 400),
    "the same length twice": (POST + b"content-length: 3\r\ncontent-length: 3\r\n\r\nabc", 400),
    "a list of lengths": (POST + b"content-length: 3, 3\r\n\r\nabc", 400),
    "plus": (POST + b"content-length: +3\r\n\r\nabc", 400),
    "minus": (POST + b"content-length: -3\r\n\r\nabc", 400),
    "hex": (POST + b"content-length: 0x3\r\n\r\nabc", 400),
    "underscore": (POST + b"content-length: 1_0\r\n\r\nabc", 400),
    "fraction": (POST + b"content-length: 3.0\r\n\r\nabc", 400),
    "no length": (POST + b"content-length:\r\n\r\nabc", 400),
    "blank length": (POST + b"content-length: \t \r\n\r\nabc", 400),
    "inner space": (POST + b"content-length: 3 3\r\n\r\nabc", 400),
    "arabic digit": (POST + "content-length: ٣\r\n\r\nabc".encode(), 400),
    "vertical tab": (POST + b"content-length: \x0b3\r\n\r\nabc", 400),
    "beyond 64 bits": (POST + b"content-length: 18446744073709551619\r\n\r\nabc", 400),
    "beyond the bound": (POST + b"content-length: 1001\r\n\r\n", 413),
    "folded length": (POST + b"content-length:\r\n 3\r\n\r\nabc", 400),
    "identity": (POST + b"transfer-encoding: identity\r\n\r\n", 501),
    "gzip": (POST + b"transfer-encoding: gzip\r\n\r\n", 501),
    "gzip under chunked": (POST + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunked under gzip": (POST + b"transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    "chunked twice": (POST + b"transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "two codings": (
        POST + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "two codings, one other": (
        POST + b"transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        501,
    ),
    "xchunked": (POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    "a parameter": (POST + b"transfer-encoding: chunked;q=1\r\n\r\n0\r\n\r\n", 501),
    "empty coding": (POST + b"transfer-encoding:\r\n\r\n0\r\n\r\n", 400),
    "hidden coding": (POST + b"transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "coding, space, colon": (POST + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    "coding in 1.0": (
        b"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    # chunks
    "signed size": (CHUNKED + b"+3\r\nabc\r\n0\r\n\r\n", 400),
    "negative size": (CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n", 400),
    "prefixed size": (CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n", 400),
    "space before size": (CHUNKED + b" 3\r\nabc\r\n0\r\n\r\n", 400),
    "space after size": (CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n", 400),
    "size beyond 64 bits": (CHUNKED + b"f" * 17 + b"\r\nabc", 400),
    "no size": (CHUNKED + b"\r\nabc\r\n0\r\n\r\n", 400),
    "LF after size": (CHUNKED + b"3\nabc\r\n0\r\n\r\n", 400),
    "LF after chunk": (CHUNKED + b"3\r\nabc\n0\r\n\r\n", 400),
    "no line end after chunk": (CHUNKED + b"3\r\nabc0\r\n\r\n", 400),
    "chunk longer than said": (CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", 400),
    "LF in extension": (CHUNKED + b"3;a=b\nabc\r\n0\r\n\r\n", 400),
    "CR in extension": (CHUNKED + b"3;a=b\rc\r\nabc\r\n0\r\n\r\n", 400),
    "NUL in extension": (CHUNKED + b"3;a=\0\r\nabc\r\n0\r\n\r\n", 400),
    "LF at the end": (CHUNKED + b"3\r\nabc\r\n0\r\n\n", 400),
    "length in trailer": (CHUNKED + b"0\r\ncontent-length: 7\r\n\r\n", 400),
    "coding in trailer": (CHUNKED + b"0\r\ntransfer-encoding: chunked\r\n\r\n", 400),
    "folded trailer": (CHUNKED + b"0\r\na: b\r\n c\r\n\r\n", 400),
    "chunks beyond the bound": (CHUNKED + b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n", 413),
    # lines
    "folded header": (GET + b"a: b\r\n c\r\n\r\n", 400),
    "folded by tab": (GET + b"a: b\r\n\tc\r\n\r\n", 400),
    "folded first": (b"GET / HTTP/1.1\r\n host: x\r\n\r\n", 400),
    "LF line ends": (b"GET / HTTP/1.1\nhost: x\n\n", 400),
    "LF in a header": (GET + b"a: b\nc: d\r\n\r\n", 400),
    "CR in a header": (GET + b"a: b\rc: d\r\n\r\n", 400),
    "LF ends the head": (GET + b"a: b\r\n\n", 400),
    "NUL in a value": (GET + b"a: b\0c\r\n\r\n", 400),
    "bell in a value": (GET + b"a: b\x07c\r\n\r\n", 400),
    "DEL in a value": (GET + b"a: b\x7fc\r\n\r\n", 400),
    "NUL in a name": (GET + b"a\0b: c\r\n\r\n", 400),
    "control in a name": (GET + b"a\x07b: c\r\n\r\n", 400),
    "UTF-8 in a name": (GET + b"\xc3\xa9: c\r\n\r\n", 400),
    "space before colon": (GET + b"a : c\r\n\r\n", 400),
    "tab before colon": (GET + b"a\t: c\r\n\r\n", 400),
    "no colon": (GET + b"abc\r\n\r\n", 400),
    "no name": (GET + b": c\r\n\r\n", 400),
    # request lines
    "NUL in target": (b"GET /a\0b HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "control in target": (b"GET /a\x07b HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "tab in target": (b"GET /a\tb HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "CR in target": (b"GET /a\rb HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "LF in target": (b"GET /a\nb HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "high bytes in target": (b"GET /\x80\xff HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "space in target": (b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "fragment": (b"GET /a#b HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "no target": (b"GET HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "relative target": (b"GET p?q HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "authority as target": (b"GET x:80 HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "asterisk for GET": (b"GET * HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "asterisk and more": (b"OPTIONS *x HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "CONNECT": (b"CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n", 405),
    "CONNECT to a path": (b"CONNECT / HTTP/1.1\r\nhost: x\r\n\r\n", 405),
    "CONNECT and upgrade": (
        b"CONNECT x:80 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        405,
    ),
    "user in target": (b"GET http://u@x/ HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "no authority": (b"GET http:///x HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "another scheme": (b"GET ftp://x/ HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "a file": (b"GET file:///etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "lower-case method": (b"get / HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "unknown method": (b"BREW / HTTP/1.1\r\nhost: x\r\n\r\n", 400),
    "lower-case version": (b"GET / http/1.1\r\nhost: x\r\n\r\n", 400),
    "no version": (b"GET /\r\n\r\n", 505),
    "HTTP/0.9": (b"GET / HTTP/0.9\r\n\r\n", 505),
    "HTTP/1.2": (b"GET / HTTP/1.2\r\nhost: x\r\n\r\n", 400),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\nhost: x\r\n\r\n", 505),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    # hosts
    "no host": (b"GET / HTTP/1.1\r\nx: y\r\n\r\n", 400),
    "absolute without host": (b"GET http://h/ HTTP/1.1\r\nx: y\r\n\r\n", 400),
    "two hosts": (GET + b"host: x\r\n\r\n", 400),
    "two other hosts": (GET + b"host: y\r\n\r\n", 400),
    "host with path": (b"GET / HTTP/1.1\r\nhost: x/y\r\n\r\n", 400),
    "host with user": (b"GET / HTTP/1.1\r\nhost: u@x\r\n\r\n", 400),
    "list of hosts": (b"GET / HTTP/1.1\r\nhost: x, y\r\n\r\n", 400),
    "host with space": (b"GET / HTTP/1.1\r\nhost: x y\r\n\r\n", 400),
    # bounds
    "one long header": (GET + b"x: " + b"y" * 2000 + b"\r\n\r\n", 413),
    "long name": (GET + b"x" * 2000 + b": y\r\n\r\n", 413),
    "long target": (b"GET /" + b"a" * 2000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", 413),
    "many headers": (GET + b"a: b\r\n" * 20 + b"\r\n", 413),
    # expectations
    "another expectation": (POST + b"expect: 200-ok\r\ncontent-length: 2\r\n\r\n", 417),
    "two expectations": (POST + b"expect: 100-continue, x\r\ncontent-length: 2\r\n\r\n", 417),
}


@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, step):
    sent, status = REFUSED[name]
    seen, taken = read(sent, step)
    assert (seen, taken.requests) == (status, [])


ACCEPTED = {
    "empty value": (GET + b"a:\r\nb: 1\r\n\r\n", ("GET", b"/", b"")),
    "tab and high bytes in a value": (GET + b"a: b\tc\x80\xff\r\n\r\n", ("GET", b"/", b"")),
    "padded length": (POST + b"content-length:  \t3 \t\r\n\r\nabc", ("POST", b"/", b"abc")),
    "leading zeros": (POST + b"content-length: 003\r\n\r\nabc", ("POST", b"/", b"abc")),
    "body of a GET": (GET + b"content-length: 3\r\n\r\nabc", ("GET", b"/", b"abc")),
    "chunked in capitals": (
        POST + b"Transfer-Encoding: ChUnKeD \r\n\r\n1\r\na\r\n0\r\n\r\n",
        ("POST", b"/", b"a"),
    ),
    "extension": (CHUNKED + b'3;a="b;c"\r\nabc\r\n0\r\n\r\n', ("POST", b"/", b"abc")),
    "size with leading zeros": (CHUNKED + b"0003\r\nabc\r\n0\r\n\r\n", ("POST", b"/", b"abc")),
    "trailer": (CHUNKED + b"1\r\na\r\n0\r\nx: y\r\n\r\n", ("POST", b"/", b"a")),
    "blank lines before": (b"\r\n\r\n" + GET + b"\r\n", ("GET", b"/", b"")),
    "absolute": (b"GET HTTP://h:1/p?q HTTP/1.1\r\nhost: x\r\n\r\n", ("GET", b"/p?q", b"")),
    "absolute without path": (b"GET http://h HTTP/1.1\r\nhost: x\r\n\r\n", ("GET", b"/", b"")),
    "absolute, query only": (
        b"GET http://h?a=/v1/x HTTP/1.1\r\nhost: x\r\n\r\n",
        ("GET", b"/?a=/v1/x", b""),
    ),
    "double slash": (b"GET //h/x HTTP/1.1\r\nhost: x\r\n\r\n", ("GET", b"//h/x", b"")),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", ("OPTIONS", b"*", b"")),
    "OPTIONS": (b"OPTIONS /x HTTP/1.1\r\nhost: x\r\n\r\n", ("OPTIONS", b"/x", b"")),
    "1.0 without host": (b"GET / HTTP/1.0\r\n\r\n", ("GET", b"/", b"")),
    "IPv6 host": (b"GET / HTTP/1.1\r\nhost: [::1]:80\r\n\r\n", ("GET", b"/", b"")),
    "empty host": (b"GET / HTTP/1.1\r\nhost:\r\n\r\n", ("GET", b"/", b"")),
    "ignored upgrade with a body": (
        POST + b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 3\r\n\r\nabc",
        ("POST", b"/", b"abc"),
    ),
}


@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted(name, step):
    sent, wanted = ACCEPTED[name]
    status, taken = read(sent + GET + b"second: 1\r\n\r\n", step)
    assert status == 0 or b"1.0" in sent
    first = taken.requests[0]
    assert (first.method, first.target, first.body) == wanted
    if b"1.0" not in sent:
        # and what follows is read from where it begins
        (_, second) = taken.requests
        assert second.headers == [(b"host", b"x"), (b"second", b"1")]


def test_the_authority_of_an_absolute_target_takes_the_place_of_the_host():
    _, taken = read(b"GET http://real:8/ HTTP/1.1\r\na: b\r\nhost: forged\r\n\r\n")
    (request,) = taken.requests
    assert request.headers == [(b"a", b"b"), (b"host", b"real:8")]
    assert request.header(b"host") == b"real:8"
    assert (request.path, request.query) == ("/", "")


def test_trailers_never_become_headers_of_this_or_the_next_request():
    trailers = b"0\r\nauthorization: Bearer x\r\nhost: evil\r\nconnection: upgrade\r\n\r\n"
    _, taken = read(CHUNKED + trailers + GET + b"\r\n")
    first, second = taken.requests
    assert first.header(b"authorization") is None
    assert first.header(b"host") == b"x"
    assert second.headers == [(b"host", b"x")]


def test_no_request_after_connection_close():
    status, taken = read(GET + b"connection: close\r\n\r\n" + GET + b"\r\n")
    assert status == 400
    assert [request.keep_alive for request in taken.requests] == [False]


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_an_ignored_upgrade_changes_nothing_else(version):
    _, taken = read(
        b"GET /x HTTP/%b\r\nhost: x\r\nconnection: Upgrade, close, HTTP2-Settings\r\nupgrade: h2c\r\n"
        b"http2-settings: A\r\na: b\r\n\r\n" % version
    )
    (request,) = taken.requests
    assert request.chunked == (version == b"1.1")
    assert not request.keep_alive
    assert request.headers == [(b"host", b"x"), (b"a", b"b"), (b"connection", b"close")]


def test_a_pile_of_ignored_upgrades_does_not_nest():
    upgrade = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
    body = upgrade.replace(b"host", b"content-length: 1\r\nhost") + b"z"
    status, taken = read((upgrade + body) * 1_500)
    assert (status, len(taken.requests)) == (0, 3_000)
    assert [request.body for request in taken.requests[:4]] == [b"", b"z", b"", b"z"]


@pytest.mark.parametrize("expectation", [b"100-continue", b"100-Continue"])
def test_continue_is_wanted_until_the_body_comes(expectation):
    taken = Taken()
    head = POST + b"expect: " + expectation + b"\r\ncontent-length: 2\r\n\r\n"
    assert taken.read(head) == 0
    assert (taken.continues, taken.reader.continue_due) == (1, True)
    taken.read(b"a")
    assert not taken.reader.continue_due
    taken.read(b"b")
    assert taken.requests[0].body == b"ab"


def test_continue_is_not_said_to_http_1_0_nor_before_a_refusal():
    _, taken = read(b"POST / HTTP/1.0\r\nexpect: 100-continue\r\ncontent-length: 0\r\n\r\n")
    assert (taken.continues, len(taken.requests)) == (0, 1)
    status, taken = read(POST + b"expect: 100-continue\r\ncontent-length: 9999\r\n\r\n")
    assert (status, taken.continues) == (413, 0)


def endless(start, more):
    """Bytes fed until they are refused."""
    taken = Taken()
    status = taken.read(start)
    fed = len(start)
    while not status and fed < 8 * READ_BYTES:
        status = taken.read(more)
        fed += len(more)
    return status, fed, taken


MOST = BOUNDS.head_bytes + 2 * READ_BYTES


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET /", b"a" * 60_000),
        (b"GET / HTTP/1.1\r\nhost: x\r\na: ", b"b" * 60_000),
        (b"GET / HTTP/1.1\r\nhost: x\r\n", b"b" * 60_000),
        (b"GET / HTTP/1.1\r\nhost: x\r\n", b"a: b\r\n" * 10_000),
        (CHUNKED + b"1", b";a=" + b"b" * 60_000),
        (CHUNKED, b"0" * 60_000),
        (CHUNKED + b"0\r\na: ", b"b" * 60_000),
        (CHUNKED + b"0\r\n", b"a: b\r\n" * 10_000),
        (CHUNKED, b"1;" + b"b" * 60_000 + b"\r\na\r\n"),
    ],
)
def test_endless_heads_frames_and_trailers_are_bounded(start, more):
    status, fed, _ = endless(start, more)
    assert status == 413
    assert fed <= MOST + len(more)


def test_blank_lines_take_no_memory_and_are_no_request():
    status, _, taken = endless(b"\r\n", b"\r\n" * 30_000)
    assert (status, taken.requests, taken.reader.phase) == (0, [], IDLE)


def test_small_chunks_are_accepted_and_kept_in_one_piece():
    taken = Taken()
    body = bytes(range(250)) * 4
    assert taken.read(CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in body)) == 0
    assert isinstance(taken.reader._body, bytearray)
    assert taken.read(b"0\r\n\r\n") == 0
    assert taken.requests[0].body == body
    assert isinstance(taken.requests[0].body, bytes)


def test_phases_and_what_is_held():
    taken = Taken()
    reader = taken.reader
    assert reader.phase == IDLE
    taken.read(b"POST / HTTP/1.1\r\n")
    assert reader.phase == HEAD
    taken.read(b"host: x\r\ncontent-length: 3\r\n\r\na")
    assert (reader.phase, reader.body_bytes) == (BODY, 1)
    taken.read(b"bc")
    assert (reader.phase, reader.body_bytes) == (IDLE, 0)
    large = RequestReader(taken, Bounds())
    large.feed(POST + b"content-length: 10000\r\n\r\n" + b"x" * 10_000)
    assert taken.held == 10_000


def test_a_defect_of_whoever_takes_the_request_is_not_the_clients_fault():
    class Broken(Taken):
        def received(self, request):
            raise KeyError("defect")

    broken = Broken()
    with pytest.raises(KeyError):
        broken.reader.feed(GET + b"\r\n")


lines = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n", b"POST /a?b HTTP/1.1\r\n", b"host: x\r\n", b"content-length: 3\r\n",
        b"transfer-encoding: chunked\r\n", b"connection: close\r\n", b"connection: upgrade\r\n",
        b"upgrade: websocket\r\n", b"expect: 100-continue\r\n", b"\r\n", b"3\r\nabc\r\n",
        b"0\r\n\r\n", b"abc", b"\n", b"\r", b"\0", b" ", b"x: y\r\n",
    ]
)  # fmt: skip


@given(st.lists(lines, max_size=14), st.data())
def test_every_split_reads_the_same(parts, data):
    sent = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=6)))
    whole, split = Taken(), Taken()
    status = whole.read(sent) if sent else 0
    other = 0
    for start, stop in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        if stop > start and not other:
            other = split.read(sent[start:stop])
    assert status == other
    assert [(r.method, r.target, r.headers, r.body) for r in whole.requests] == [
        (r.method, r.target, r.headers, r.body) for r in split.requests
    ]


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1 \r\n\r\n", b"\x16\x03\x01", b"HELO you\r\n"])
def test_a_client_is_not_told_the_parsers_states(sent):
    with pytest.raises(VanguardError) as caught:
        Taken().reader.feed(sent)
    assert caught.value.message == "malformed HTTP request: it does not follow HTTP/1.1"


# --- heads that repeat ---------------------------------------------------------------------------

ASK = b"POST /v1?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nx-a: 1\r\n\r\n"


def asked(body):
    return ASK % len(body) + body


def seen(request):
    return request.method, request.path, request.query, request.headers, request.index, request.body


class Blind:
    """A parser that must not be asked."""

    def feed_data(self, data):
        raise AssertionError(f"parsed: {data!r}")


@pytest.mark.parametrize("body", [b"abc", b"", b"x" * 999, b"\r\n\r\n", b"Content-Length: 9\r\n"])
def test_a_head_that_repeats_is_not_parsed_again_whatever_its_body(body):
    taken, other = Taken(), Taken()
    taken.read(asked(b"the first"))
    taken.reader._parser = Blind()
    taken.read(asked(body))
    assert taken.reader.phase == IDLE
    other.read(asked(body))
    assert seen(taken.requests[1]) == seen(other.requests[0])
    assert taken.requests[1].keep_alive
    assert taken.requests[1].chunked
    # each request may be changed without the next one hearing of it
    taken.requests[1].replace_header(b"x-a", b"2")
    taken.read(asked(b"again"))
    assert taken.requests[2].header(b"x-a") == b"1"
    assert taken.requests[2].headers[1] == (b"content-length", b"5")
    assert seen(taken.requests[0])[5] == b"the first"


@pytest.mark.parametrize(
    "sent",
    [
        ASK % 3 + b"ab",
        ASK % 3 + b"abcd",
        (ASK % 3).replace(b": 3", b": 03") + b"abc",
        (ASK % 3).replace(b": 3", b": +3") + b"abc",
        (ASK % 3).replace(b": 3", b": 3 ") + b"abc",
        (ASK % 3).replace(b": 3\r", b": 3\r\r") + b"abc",
        (ASK % 3).replace(b"x-a: 1", b"x-a: 2") + b"abc",
        (ASK % 3).replace(b"\r\n\r\n", b"\r\ncontent-length: 3\r\n\r\n") + b"abc",
        (ASK % 3).replace(b"POST", b"PUT") + b"abc",
        (ASK % 3).replace(b"x-a: 1", b"transfer-encoding: chunked") + b"abc",
        asked(b"abc") + asked(b"def"),
        b"\r\n" + asked(b"abc"),
        b"P",
        (ASK % 2_000) + b"x" * 2_000,
        ASK[:20],
    ],
)
def test_what_is_not_that_head_with_a_whole_body_is_parsed(sent):
    known, other = Taken(), Taken()
    known.read(asked(b"the first"))
    assert known.read(sent) == other.read(sent)
    assert [seen(one) for one in known.requests[1:]] == [seen(one) for one in other.requests]
    assert known.reader.phase == other.reader.phase
    # and whatever it was, what follows is read as if there had been no other
    rest = b"OST / HTTP/1.1\r\nhost: x\r\n\r\n" if sent == b"P" else asked(b"behind")
    if other.reader.phase == IDLE:
        assert known.read(rest) == other.read(rest)
        assert seen(known.requests[-1]) == seen(other.requests[-1])


@pytest.mark.parametrize(
    "first",
    [
        asked(b"abc").replace(b"x-a: 1", b"connection: close"),
        asked(b"abc").replace(b"HTTP/1.1", b"HTTP/1.0"),
        asked(b"abc").replace(b"x-a: 1", b"connection: upgrade\r\nupgrade: websocket"),
        asked(b"abc").replace(b"Content-Length", b"CONTENT-LENGTH"),
        asked(b"abc").replace(b"x-a: 1", b"x-a: " + b"1" * 1_950),
        CHUNKED + b"0\r\n\r\n",
        GET + b"\r\n",
        asked(b"abc") + asked(b"def"),
        b"\r\n\r\n" + asked(b"abc"),
    ],
)
def test_heads_that_ask_for_more_or_did_not_stand_alone_are_not_kept(first):
    taken = Taken()
    taken.read(first)
    assert taken.requests
    assert taken.reader._known is None
    assert not taken.reader._alone


def test_a_request_in_several_reads_is_not_taken_for_its_head():
    taken = Taken()
    taken.read(asked(b"abc"), step=40)
    assert taken.reader._known is None
    taken.read(asked(b"abc"))
    taken.read(asked(b"x" * 900), step=40)
    assert [len(one.body) for one in taken.requests] == [3, 3, 900]


def test_a_known_head_after_connection_close_is_no_request():
    taken = Taken()
    taken.read(asked(b"abc"))
    taken.read(asked(b"abc").replace(b"x-a: 1", b"connection: close"))
    assert taken.read(asked(b"abc")) == 400
    assert len(taken.requests) == 2


def test_a_client_whose_heads_differ_is_not_compared_for_ever():
    taken = Taken()
    for number in range(20):
        taken.read(asked(b"abc").replace(b"x-a: 1", b"x-a: %d" % number))
    assert len(taken.requests) == 20
    assert not taken.reader._alone
    taken.reader._parser = Blind()
    taken.read(asked(b"abc").replace(b"x-a: 1", b"x-a: 7"))
    assert taken.requests[-1].header(b"x-a") == b"7"


def test_a_large_body_behind_a_known_head_is_counted_and_may_be_too_much():
    class Full(Taken):
        def hold(self, size):
            super().hold(size)
            if self.held > 12_000:
                self.path = self.reader.path
                raise InvalidRequest("too much")

    full = Full()
    full.reader = RequestReader(full, Bounds())
    full.read(asked(b"x" * 6_000))
    full.reader._parser = Blind()
    full.read(asked(b"x" * 5_000))
    assert full.held == 11_000
    assert full.read(asked(b"x" * 5_000)) == 400
    assert (full.path, len(full.requests)) == ("/v1", 2)


known_pieces = st.sampled_from(
    [
        asked(b"abc"), asked(b"x" * 12), asked(b""), asked(b"abc").replace(b"x-a: 1", b"x-b: 2"),
        GET + b"\r\n", CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", b"\r\n", b"\r", b"\n", asked(b"abc")[:-1],
        asked(b"abc")[:30], b"c", asked(b"abc").replace(b"x-a: 1", b"connection: close"),
        asked(b"abc").replace(b"x-a: 1", b"connection: upgrade\r\nupgrade: x"),
    ]
)  # fmt: skip


@given(st.lists(known_pieces, max_size=12))
def test_whole_requests_one_after_the_other_read_as_single_bytes_do(pieces):
    whole, single = Taken(), Taken()
    status = 0
    for piece in pieces:
        status = status or whole.read(piece)
    assert status == single.read(b"".join(pieces), step=1)
    assert [seen(one) for one in whole.requests] == [seen(one) for one in single.requests]
    assert whole.reader.phase == single.reader.phase or status
