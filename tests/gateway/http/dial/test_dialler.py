"""Real connections to real servers with certificates of the test's own, by both transports."""

import asyncio
import socket
import ssl
import threading

import msgspec
import pytest
import uvloop

from support.certificates import Authority
from support.connect_proxy import ConnectProxy
from support.tls_peer import Peer, Read, Send
from support.upstream import Upstream, whole
from vanguard.core.errors import UpstreamTimeout, UpstreamTruncated, UpstreamUnavailable
from vanguard.gateway.http.contract import Sink
from vanguard.gateway.http.dial.dialler import Dialler
from vanguard.gateway.http.dial.names import Names
from vanguard.gateway.http.messages import request_head
from vanguard.gateway.http.origin import parse_base_url
from vanguard.gateway.http.pool import Pool
from vanguard.gateway.http.tls.contexts import Sessions
from vanguard.snapshot.boot import Bounds, Deadlines, ForwardProxies
from vanguard.snapshot.model import UpstreamTls

ASK = bytes(request_head(b"POST", b"/v1/x", [(b"host", b"x"), (b"content-length", b"0")]))
KINDS = pytest.mark.parametrize("kind", ["loop", "socket"])


class Heard(Sink):
    """A sink that keeps all it hears."""

    def __init__(self):
        self.status = 0
        self.body = b""
        self.over = asyncio.get_running_loop().create_future()

    def head(self, status, headers):
        self.status = status

    def data(self, data):
        self.body += data

    def end(self):
        self.over.set_result(None)

    def fail(self, error):
        self.over.set_result(error)


class Asking:
    """One pool with one dialler."""

    def __init__(self, kind, trust=None, *, connect_s=10, **more):
        dialler = Dialler(connect_s, upstream_tls=kind, **more)
        self.pool = Pool(Deadlines(), Bounds(), dialler)
        self.trust = trust

    async def ask(self, url):
        heard = Heard()
        self.pool.request(parse_base_url(url, self.trust), ASK, heard)
        return heard, await asyncio.wait_for(heard.over, 20)

    async def close(self):
        self.pool.close()
        await asyncio.sleep(0.02)


async def answer(kind, url, trust=None, **more):
    """The body, or the error."""
    asking = Asking(kind, trust, **more)
    heard, error = await asking.ask(url)
    await asking.close()
    return error or heard.body


def local(upstream, host="localhost"):
    return f"https://{host}:{upstream.port}/v1"


def serving(pair, **more):
    return Upstream([whole(200, b"yes")], tls=pair.server(**more))


@KINDS
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST"])
async def test_a_host_that_an_authority_vouches_for(kind, host, authority, pair):
    async with serving(pair) as upstream:
        trust = UpstreamTls(ca_file=authority.file)
        assert await answer(kind, local(upstream, host), trust) == b"yes"


@KINDS
async def test_a_name_in_other_letters_is_asked_for_and_verified_as_punycode(
    kind, authority, pair, monkeypatch
):
    asked, looked_up = [], []
    context = pair.server()
    context.sni_callback = lambda _sock, name, _context: asked.append(name)

    def getaddrinfo(host, port, *_, **more):
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async with Upstream([whole(200, b"yes")], tls=context) as upstream:
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        url = local(upstream, "bücher.localhost")
        assert await answer(kind, url, UpstreamTls(ca_file=authority.file)) == b"yes"
        assert asked == looked_up == ["xn--bcher-kva.localhost"]


async def test_a_name_whose_lookup_hangs_is_said_to():
    answered = threading.Event()
    asking = Asking("socket")
    asking.pool._dialler._names = Names(0, ask=lambda _host, _port: answered.wait())
    _, error = await asking.ask("http://models.test")
    answered.set()
    assert isinstance(error, UpstreamUnavailable)
    assert error.message == (
        "cannot connect to the upstream: the lookup of its name does not answer"
    )


@KINDS
async def test_http_1_1_and_the_name_are_asked_for(kind, authority, pair):
    asked = []
    context = pair.server()

    def look(sock, name, _context):
        asked.append(name)

    context.sni_callback = look
    async with Upstream([whole(200, b"yes")], tls=context) as upstream:
        asking = Asking(kind, UpstreamTls(ca_file=authority.file))
        await asking.ask(local(upstream))
        (connection,) = asking.pool._origins
        tls = connection._transport.get_extra_info("ssl_object")
        assert tls.selected_alpn_protocol() == "http/1.1"
        assert tls.version() == "TLSv1.3"
        assert asked == ["localhost"]
        await asking.close()


@KINDS
async def test_who_is_not_vouched_for_is_refused_and_the_reason_told(
    kind, authority, pair, tmp_path
):
    stranger = Authority(tmp_path, "stranger")
    trust = UpstreamTls(ca_file=authority.file)
    cases = [
        (stranger.issue("localhost"), "unable to get local issuer certificate"),
        (authority.issue("localhost", expired=True), "certificate has expired"),
        (authority.issue("other.test"), "the certificate is for another name"),
    ]
    for shown, reason in cases:
        async with serving(shown) as upstream:
            error = await answer(kind, local(upstream), trust)
            assert isinstance(error, UpstreamUnavailable)
            assert reason in error.message
            assert "localhost" not in error.message
            assert upstream.asked == []
    async with serving(authority.issue("localhost")) as upstream:
        error = await answer(kind, local(upstream, "127.0.0.1"), trust)
        assert "the certificate is for another name" in error.message
        assert "127.0.0.1" not in error.message


@KINDS
async def test_the_systems_authorities_do_not_know_ours(kind, pair):
    async with serving(pair) as upstream:
        error = await answer(kind, local(upstream))
        assert "unable to get local issuer certificate" in error.message


@KINDS
async def test_self_signed(kind, authority, pair, tmp_path):
    own = authority.file  # the authority's certificate is signed by itself
    async with serving(pair) as upstream:
        trust = UpstreamTls(ca_file=str(Authority(tmp_path, "stranger").file))
        assert "not accepted" in (await answer(kind, local(upstream), trust)).message
        assert await answer(kind, local(upstream), UpstreamTls(ca_file=own)) == b"yes"


@KINDS
async def test_verification_can_be_given_up_by_name(kind, authority):
    async with serving(authority.issue("other.test", expired=True)) as upstream:
        trust = UpstreamTls(insecure_skip_verify=True)
        assert await answer(kind, local(upstream), trust) == b"yes"


@KINDS
async def test_another_name_may_be_asked_for(kind, authority):
    async with serving(authority.issue("models.test")) as upstream:
        trust = UpstreamTls(ca_file=authority.file, server_name="models.test")
        assert await answer(kind, local(upstream, "127.0.0.1"), trust) == b"yes"


@KINDS
async def test_a_server_that_wants_a_certificate_gets_ours_or_no_request(kind, authority, pair):
    ours = authority.issue("gateway.test")
    async with serving(pair, client_authority=authority.file) as upstream:
        trust = UpstreamTls(authority.file, ours.certificate, ours.key)
        assert await answer(kind, local(upstream), trust) == b"yes"
        error = await answer(kind, local(upstream), UpstreamTls(authority.file))
        assert isinstance(error, UpstreamUnavailable)
        assert len(upstream.asked) == 1


@KINDS
async def test_connections_are_not_shared_by_deployments_that_trust_otherwise(
    kind, authority, pair
):
    async with serving(pair) as upstream:
        asking = Asking(kind, UpstreamTls(insecure_skip_verify=True))
        await asking.ask(local(upstream))
        asking.trust = UpstreamTls()
        _, error = await asking.ask(local(upstream))
        assert isinstance(error, UpstreamUnavailable)
        await asking.close()


@KINDS
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
async def test_old_tls_is_refused(kind, authority, pair):
    context = pair.server()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with Upstream([whole(200, b"yes")], tls=context) as upstream:
        error = await answer(kind, local(upstream), UpstreamTls(ca_file=authority.file))
        assert isinstance(error, UpstreamUnavailable)
        assert upstream.asked == []


class Rude:
    """A server that does one thing to each connection."""

    def __init__(self, act):
        self._act = act
        self.gone = 0

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _serve(self, reader, writer):
        await self._act(reader, writer)
        writer.close()
        self.gone += 1


@KINDS
async def test_a_server_that_closes_within_the_handshake(kind):
    async def close(reader, writer):
        await reader.read(10)

    async with Rude(close) as upstream:
        error = await answer(kind, local(upstream))
        assert isinstance(error, UpstreamUnavailable)
        assert not isinstance(error, UpstreamTimeout)


async def test_a_server_that_closes_at_once_is_an_error_whenever_it_is_noticed():
    async def close(reader, writer):
        writer.transport.abort()

    async with Rude(close) as upstream:
        for _ in range(20):
            error = await answer("loop", f"http://127.0.0.1:{upstream.port}/v1")
            assert isinstance(error, UpstreamUnavailable)


@KINDS
async def test_a_server_that_does_not_speak_tls(kind):
    async def plain(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with Rude(plain) as upstream:
        error = await answer(kind, local(upstream))
        assert isinstance(error, UpstreamUnavailable)
        assert "wrong version number" in error.message


@KINDS
async def test_a_server_that_stalls_within_the_handshake_meets_the_deadline(kind, authority):
    ended = asyncio.Event()

    async def stall(reader, writer):
        while await reader.read(1000):
            pass
        ended.set()

    async with Rude(stall) as upstream:
        # reading the system's authorities would take a part of so short a deadline
        trust = UpstreamTls(ca_file=authority.file)
        error = await answer(kind, local(upstream), trust, connect_s=0.5)
        assert isinstance(error, UpstreamTimeout)
        await asyncio.wait_for(ended.wait(), 5)  # and the connection is given up


@KINDS
@pytest.mark.parametrize("end", ["notify", "ragged", "half"])
async def test_an_answer_that_ends_with_its_connection_must_have_said_so(
    kind, end, authority, pair
):
    """Who cuts a connection must not pass off half an answer as a whole one."""
    if kind == "loop" and not isinstance(asyncio.get_running_loop(), uvloop.Loop):
        end = "notify"  # asyncio's own loop cannot tell; the gateway runs on uvloop
    script = [Read(len(ASK)), Send(b"HTTP/1.1 200 OK\r\n\r\nhalf")]
    with Peer(pair.server(), script, end) as peer:
        url = f"https://localhost:{peer.address[1]}"
        found = await answer(kind, url, UpstreamTls(ca_file=authority.file))
    if end == "notify":
        assert found == b"half"
    else:
        assert isinstance(found, UpstreamTruncated)


async def test_sessions_are_resumed_by_our_transport(authority, pair, monkeypatch):
    read = []
    monkeypatch.setattr(Sessions, "keep", keeping(Sessions.keep, read))
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = pair.server()
        context.maximum_version = version
        async with Upstream([whole(200, b"yes")], tls=context) as upstream:
            asking = Asking("socket", UpstreamTls(ca_file=authority.file))
            resumed = []
            for _ in range(3):
                await asking.ask(local(upstream))
                (connection,) = asking.pool._origins
                tls = connection._transport.get_extra_info("ssl_object")
                resumed.append(tls.session_reused)
                asking.pool.close()
                await asyncio.sleep(0.02)
            assert resumed == [False, True, True]
    # one for each server, not one for each connection
    assert len(read) == 2


def keeping(keep, read):
    def noted(self, *arguments):
        read.append(arguments)
        keep(self, *arguments)

    return noted


@KINDS
async def test_files_that_cannot_be_used_are_named_by_their_setting(kind, authority, tmp_path):
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    pair = authority.issue("gateway.test")
    other = authority.issue("other.test")
    async with serving(authority.issue("localhost")) as upstream:
        for trust, words in [
            (UpstreamTls(ca_file=str(tmp_path / "none")), "tls.ca_file"),
            (UpstreamTls(ca_file=str(bad)), "tls.ca_file"),
            (UpstreamTls(certificate=str(bad)), "tls.certificate or tls.key of the deployment"),
            (UpstreamTls("", pair.certificate, other.key), "key values mismatch"),
        ]:
            error = await answer(kind, local(upstream), trust)
            assert isinstance(error, UpstreamUnavailable)
            assert words in error.message
            assert str(tmp_path) not in error.message
        assert upstream.connections == 0


@KINDS
async def test_large_bodies_go_both_ways_past_a_client_that_stops_reading(kind, authority, pair):
    body = bytes(range(256)) * 20_000
    async with Upstream([whole(200, body)], tls=pair.server()) as upstream:
        asking = Asking(kind, UpstreamTls(ca_file=authority.file))
        head = [(b"host", b"x"), (b"content-length", b"%d" % len(body))]
        data = bytes(request_head(b"POST", b"/v1/x", head)) + body
        heard = Heard()
        stops = iter(range(1, 20))

        def pausing(part):
            heard.body += part
            if len(heard.body) > next(stops, 10**6) * 100_000:
                call.reading(on=False)
                asyncio.get_running_loop().call_later(0.005, lambda: call.reading(on=True))

        heard.data = pausing
        call = asking.pool.request(parse_base_url(local(upstream), asking.trust), data, heard)
        assert await asyncio.wait_for(heard.over, 20) is None
        assert heard.body == body
        assert upstream.asked[0].body == body
        await asking.close()


@KINDS
async def test_a_cancelled_call_closes_its_connection(kind, authority, pair):
    ended = asyncio.Event()

    async def endless(asked, write):
        await write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while True:
                await write(b"1\r\nx\r\n")
                await asyncio.sleep(0.005)
        finally:
            ended.set()

    async with Upstream([endless], tls=pair.server()) as upstream:
        asking = Asking(kind, UpstreamTls(ca_file=authority.file))
        heard = Heard()
        call = asking.pool.request(parse_base_url(local(upstream), asking.trust), ASK, heard)
        while not heard.body:
            await asyncio.sleep(0.005)
        call.cancel()
        await asyncio.wait_for(ended.wait(), 10)
        assert asking.pool.open_connections == 0
        assert not heard.over.done()


async def test_names_that_are_none():
    for host in ("a..b", "a" * 70):
        asking, heard = Asking("loop"), Heard()
        # no address that is read has such a host; a proxy's may
        origin = msgspec.structs.replace(parse_base_url("http://x:1/"), host=host)
        asking.pool.request(origin, ASK, heard)
        error = await asyncio.wait_for(heard.over, 20)
        await asking.close()
        assert isinstance(error, UpstreamUnavailable)
        assert host not in error.message


# --- through a forward proxy -----------------------------------------------------------------


@pytest.fixture
def elsewhere(monkeypatch):
    """No name is loopback: loopback takes no proxy, and a test has nothing else to reach."""
    from vanguard.gateway.http.dial import forward_proxy

    monkeypatch.setattr(forward_proxy, "direct_rule", lambda _rules: lambda _host, _port: False)


@KINDS
async def test_tls_to_the_upstream_goes_through_the_proxys_tunnel(kind, authority, pair, elsewhere):
    async with serving(pair) as upstream, ConnectProxy("me:p@ss") as proxy:
        secret = f"http://me:p%40ss@127.0.0.1:{proxy.port}"
        proxies = ForwardProxies(https="env:HTTPS_PROXY")
        more = {"proxies": proxies, "resolve": lambda _reference: secret.encode()}
        trust = UpstreamTls(ca_file=authority.file)
        assert await answer(kind, local(upstream), trust, **more) == b"yes"
        assert proxy.asked == [f"localhost:{upstream.port}"]
        # who is at the tunnel's end is verified all the same
        error = await answer(kind, local(upstream), UpstreamTls(), **more)
        assert "not accepted" in error.message


@KINDS
@pytest.mark.parametrize("tls", [True, False])
async def test_through_an_https_proxy(kind, tls, authority, pair, elsewhere):
    context = pair.server() if tls else None
    async with (
        Upstream([whole(200, b"x" * 300_000)], tls=context) as upstream,
        ConnectProxy(tls=pair.server()) as proxy,
    ):
        proxies = ForwardProxies(proxy.url, proxy.url, ca_file=authority.file)
        asking = Asking(kind, UpstreamTls(ca_file=authority.file), proxies=proxies)
        url = local(upstream) if tls else upstream.base_url
        for _ in range(2):
            heard, error = await asking.ask(url)
            assert (heard.body, error) == (b"x" * 300_000, None)
        assert upstream.connections == 1
        assert len(proxy.asked) == 1
        asking.pool.close()
        await asyncio.sleep(0.02)
        assert asking.pool.open_connections == 0
        proxies = ForwardProxies(proxy.url, proxy.url)
        error = await answer(kind, url, UpstreamTls(ca_file=authority.file), proxies=proxies)
        assert "cannot connect to the forward proxy: the certificate" in error.message


async def test_plain_upstreams_are_tunnelled_too(elsewhere):
    async with Upstream([whole(200, b"yes")]) as upstream, ConnectProxy() as proxy:
        proxies = ForwardProxies(http=proxy.url)
        assert await answer("loop", upstream.base_url, proxies=proxies) == b"yes"
        assert proxy.asked == [f"127.0.0.1:{upstream.port}"]


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "credentials (HTTP 407)"),
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 3\r\n\r\nno!", "(HTTP 403)"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "more than its answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 40_000, "exceeds"),
    ],
)
async def test_a_proxy_that_opens_no_tunnel(reply, words, tls, authority, pair, elsewhere):
    context = pair.server() if tls else None
    async with ConnectProxy(answer=reply, tls=context) as proxy:
        proxies = ForwardProxies(https=proxy.url, ca_file=authority.file)
        error = await answer("socket", "https://models.test/v1", proxies=proxies)
        assert isinstance(error, UpstreamUnavailable)
        assert words in error.message
        assert proxy.asked == ["models.test:443"]


async def test_a_proxy_that_is_silent_or_gone(elsewhere):
    async with ConnectProxy(answer=None) as proxy:
        proxies = ForwardProxies(https=proxy.url)
        error = await answer("loop", "https://models.test", proxies=proxies, connect_s=0.2)
        assert isinstance(error, UpstreamTimeout)
    error = await answer("loop", "https://models.test", proxies=proxies)
    assert error.message.startswith("cannot connect to the forward proxy: ")
    assert str(proxy.port) not in error.message


async def test_loopback_needs_no_proxy():
    async with Upstream([whole(200, b"yes")]) as upstream:
        proxies = ForwardProxies(http="http://127.0.0.1:1")
        assert await answer("loop", upstream.base_url, proxies=proxies) == b"yes"
