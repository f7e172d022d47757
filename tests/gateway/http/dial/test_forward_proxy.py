import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.http.dial.forward_proxy import (
    Proxy,
    ProxyFailed,
    Route,
    direct_rule,
    open_tunnel,
    parse_proxy,
)
from vanguard.gateway.http.origin import parse_base_url
from vanguard.snapshot.boot import ForwardProxies

FAR = parse_base_url("https://models.test/v1")


def route(resolve=lambda _reference: b"", **proxies):
    return Route(ForwardProxies(**proxies), resolve)


def test_each_scheme_has_its_proxy():
    both = route(https="http://one:3128", http="http://two:3128")
    assert both.proxy(FAR) == Proxy("one", 3128, tls=False)
    assert both.proxy(parse_base_url("http://models.test")) == Proxy("two", 3128, tls=False)
    assert route(https="http://one").proxy(parse_base_url("http://models.test")) is None
    assert route().proxy(FAR) is None


def test_a_unix_socket_takes_no_proxy():
    assert route(http="http://one").proxy(parse_base_url("http+unix://%2Frun%2Fx.sock/v1")) is None


def test_a_reference_is_resolved_when_it_is_needed():
    asked = []

    def resolve(reference):
        asked.append(reference)
        return b"http://me:secret@one:3128"

    way = route(resolve, https="env:HTTPS_PROXY", no_proxy="near.test")
    assert way.proxy(parse_base_url("https://near.test")) is None
    assert asked == []
    proxy = way.proxy(FAR)
    assert proxy is not None
    assert asked == ["env:HTTPS_PROXY"]
    assert "secret" not in repr(proxy)
    assert base64.b64decode(proxy.authorization.removeprefix(b"Basic ")) == b"me:secret"


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("http://proxy", "proxy", 80, False),
        ("https://proxy", "proxy", 443, True),
        ("proxy:3128", "proxy", 3128, False),
        ("http://[::1]:3128/", "::1", 3128, False),
    ],
)
def test_proxies(url, host, port, tls):
    assert parse_proxy(url) == Proxy(host, port, tls)


def test_user_and_password_are_percent_decoded():
    proxy = parse_proxy("http://me%40corp:p%3Ass%0d%0a@proxy")
    assert base64.b64decode(proxy.authorization.removeprefix(b"Basic ")) == b"me@corp:p:ss\r\n"
    assert b"\n" not in proxy.authorization


@pytest.mark.parametrize(
    "url",
    ["socks5://me:secret@proxy:1080", "http://", "http://me:secret@proxy:0x50", "http://[::1"],
)
def test_what_is_no_proxy_is_refused_and_not_repeated(url):
    with pytest.raises(ProxyFailed) as caught:
        parse_proxy(url)
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("rules", "host", "port", "direct"),
    [
        ("", "models.test", 443, False),
        ("*", "models.test", 443, True),
        ("models.test", "models.test", 443, True),
        ("MODELS.test.", "models.TEST", 443, True),
        ("models.test", "a.models.test.", 443, True),
        (".models.test", "a.models.test", 443, True),
        ("*.models.test", "models.test", 443, True),
        ("models.test", "othermodels.test", 443, False),
        ("els.test", "models.test", 443, False),
        ("models.test:8443", "models.test", 443, False),
        ("models.test:8443", "models.test", 8443, True),
        ("one.test, models.test", "models.test", 443, True),
        ("one.test models.test", "models.test", 443, True),
        ("10.0.0.7", "10.0.0.7", 443, True),
        ("10.0.0.7:80", "10.0.0.7", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.0.0.0/8", "models.test", 443, False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", 443, True),
        ("fd00::/8", "fd00::1", 443, True),
        ("[fd00::1]:8443", "fd00::1", 8443, True),
        ("[fd00::1]:8443", "fd00::1", 443, False),
        ("fd00::1", "fd00:0::1", 443, True),
        ("bücher.test", "xn--bcher-kva.test", 443, True),
        ("xn--bcher-kva.test", "bücher.test", 443, True),
        ("", "localhost", 443, True),
        ("", "api.localhost", 443, True),
        ("", "127.8.9.1", 443, True),
        ("", "::1", 443, True),
        ("", "::ffff:127.0.0.1", 443, True),
        (".", "models.test", 443, False),
        ("10.0.0.0/99", "10.0.0.1", 443, False),
        (":443", "models.test", 443, False),
    ],
)
def test_who_is_reached_directly(rules, host, port, direct):
    assert direct_rule(rules)(host, port) is direct


@given(rules=st.text(), host=st.text())
def test_no_rule_breaks_anything(rules, host):
    assert direct_rule(rules)(host, 443) in {True, False}


@given(url=st.text())
def test_no_address_of_a_proxy_breaks_anything(url):
    with contextlib.suppress(UpstreamUnavailable):
        assert parse_proxy(url).host


class Wire:
    """A proxy's bytes, in pieces of one size."""

    def __init__(self, answer, size):
        self._answer = answer
        self._size = size
        self.sent = b""

    async def send(self, data):
        self.sent += data

    async def receive(self):
        piece, self._answer = self._answer[: self._size], self._answer[self._size :]
        return piece


async def tunnel(answer, size=1, proxy=None, origin=FAR):
    wire = Wire(answer, size)
    await open_tunnel(proxy or Proxy("one", 80, tls=False), origin, wire.send, wire.receive)
    return wire.sent


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nvia: x\r\n\r\n", b"HTTP/1.0 200\r\n\r\n", b"HTTP/1.1 204 X\n\n"]
)
async def test_a_tunnel_is_asked_for_and_opened(answer, size):
    asked = b"CONNECT models.test:443 HTTP/1.1\r\nhost: models.test:443\r\n\r\n"
    assert await tunnel(answer, size) == asked


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 X\na: b\n\n" * 16]
)
async def test_interim_answers_before_the_tunnel_are_skipped(interim, size):
    assert await tunnel(interim + b"HTTP/1.1 200 OK\r\n\r\n", size)


async def test_names_and_addresses_in_the_request():
    answer = b"HTTP/1.1 200 OK\r\n\r\n"
    sent = await tunnel(answer, origin=parse_base_url("https://[fd00::1]:8443"))
    assert sent.startswith(b"CONNECT [fd00::1]:8443 HTTP/1.1\r\n")
    sent = await tunnel(answer, origin=parse_base_url("https://bücher.test"))
    assert sent.startswith(b"CONNECT xn--bcher-kva.test:443 HTTP/1.1\r\n")
    sent = await tunnel(answer, proxy=Proxy("one", 80, tls=False, authorization=b"Basic eA=="))
    assert b"\r\nproxy-authorization: Basic eA==\r\n\r\n" in sent


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 No\r\n\r\n", "credentials"),
        (b"HTTP/1.1 503 No\r\n\r\n", "HTTP 503"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "without a tunnel"),
        (b"HTTP/1.1 101 Other\r\n\r\n", "HTTP 101"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\n\r\n", "HTTP 503"),
        (b"HTTP/1.1 100 Continue\r\n\r\nnonsense\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 102 Wait\r\n\r\n" * 17 + b"HTTP/1.1 200 OK\r\n\r\n", "16 interim"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "not valid HTTP"),
        (b"HTTP/2 200\r\n\r\n", "not valid HTTP"),
        (b"\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\n", "without a tunnel"),
        (b"", "without a tunnel"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 20_000, "exceeds"),
    ],
)
async def test_anything_else_is_an_error(answer, words, size):
    with pytest.raises(ProxyFailed, match=words):
        await tunnel(answer, size)


async def test_bytes_behind_the_answer_are_not_the_upstreams():
    with pytest.raises(ProxyFailed, match="more than its answer"):
        await tunnel(b"HTTP/1.1 200 OK\r\n\r\nearly", 1000)
