import pytest

from vanguard.core.errors import InvalidRequest, MethodNotAllowed, RequestTooLarge
from vanguard.gateway.http import heads
from vanguard.gateway.http.messages import Request


def request(target=b"/", method="GET", **headers):
    pairs = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return Request(method, target, pairs)


def test_versions():
    for version in ("1.0", "1.1"):
        heads.check_version(version)
    for version in ("0.9", "2.0", "3.1"):
        with pytest.raises(heads.Refused) as refused:
            heads.check_version(version)
        assert refused.value.status == 505


def test_hosts():
    for host in (b"", b"h", b"h:80", b"[::1]:80", b"a-b_c.d"):
        heads.check_host(request(host=host))
    for host in (b"a/b", b"a@b", b"a b", b"a,b", b"a\\b", b"a?b", b"a#b"):
        with pytest.raises(InvalidRequest):
            heads.check_host(request(host=host))
    old = request()
    with pytest.raises(InvalidRequest):
        heads.check_host(old)
    old.chunked = False
    heads.check_host(old)
    twice = Request("GET", b"/", [(b"host", b"x"), (b"host", b"x")])
    with pytest.raises(InvalidRequest):
        heads.check_host(twice)


@pytest.mark.parametrize(
    ("target", "path", "query", "host"),
    [
        (b"http://h/p?q=/x", "/p", "q=/x", b"h"),
        (b"HTTPS://h:1", "/", "", b"h:1"),
        (b"http://h?q", "/", "q", b"h"),
        (b"/p?q", "/p", "q", b"own"),
        (b"//h/p", "//h/p", "", b"own"),
    ],
)
def test_targets_become_paths(target, path, query, host):
    asked = request(target, host=b"own")
    heads.check_target(asked)
    assert (asked.path, asked.query, asked.header(b"host")) == (path, query, host)


@pytest.mark.parametrize("target", [b"*", b"h:1", b"p", b"", b"ftp://h/", b"http://u@h/", b"/a#b"])
def test_what_is_no_target(target):
    with pytest.raises(InvalidRequest):
        heads.check_target(request(target))


def test_connect_is_no_method_here():
    with pytest.raises(MethodNotAllowed):
        heads.check_target(request(b"h:1", "CONNECT"))


def test_sizes():
    heads.check_size(request(a=b"x" * 90), 100, 1)
    with pytest.raises(RequestTooLarge, match="100 bytes"):
        heads.check_size(request(a=b"x" * 100), 100, 1)
    with pytest.raises(RequestTooLarge, match="1 headers"):
        heads.check_size(request(a=b"", b=b""), 100, 1)


def test_framing_and_expectations():
    heads.check_framing(request())
    heads.check_framing(request(transfer_encoding=b" Chunked"))
    with pytest.raises(heads.Refused):
        heads.check_framing(request(transfer_encoding=b"gzip"))
    assert not heads.wants_continue(request())
    assert heads.wants_continue(request(expect=b"100-Continue"))
    with pytest.raises(heads.Refused) as refused:
        heads.wants_continue(request(expect=b"x"))
    assert refused.value.status == 417


def test_only_a_get_without_a_body_may_become_a_tunnel():
    assert heads.may_upgrade(request())
    assert heads.may_upgrade(request(content_length=b"0"))
    assert not heads.may_upgrade(request(content_length=b"1"))
    assert not heads.may_upgrade(request(transfer_encoding=b"chunked"))
    assert not heads.may_upgrade(request(method="POST"))


@pytest.mark.parametrize(("length", "may"), [(b"0", True), (b"00", True), (b"3", False)])
def test_the_length_that_forbids_a_tunnel_is_read_from_the_headers(length, may):
    # the index of a request that was read does not tell it
    index = {b"host": b"x", b"content-length": b""}
    asked = Request("GET", b"/", [(b"host", b"x"), (b"content-length", length)], b"", index)
    assert heads.may_upgrade(asked) is may
    assert asked.headers == [(b"host", b"x"), (b"content-length", length)]


def test_a_head_without_its_upgrade():
    asked = request(connection=b"Upgrade, x", upgrade=b"h2c", http2_settings=b"A", a=b"b")
    assert heads.without_upgrade(asked) == b"GET / HTTP/1.1\r\na: b\r\nconnection: x\r\n\r\n"
    asked.chunked = False
    assert heads.without_upgrade(asked).startswith(b"GET / HTTP/1.0\r\n")
