import asyncio
import shutil
import socket
import ssl

import pytest
import uvloop

from support.gateway import until
from vanguard.core.errors import SettingsError
from vanguard.gateway.http.stall import write_in_pieces
from vanguard.gateway.http.tls import acceptor as acceptor_module
from vanguard.gateway.http.tls.acceptor import Acceptor, Certificate
from vanguard.gateway.http.tls.contexts import client_context
from vanguard.snapshot.boot import InboundTls
from vanguard.snapshot.model import UpstreamTls


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Echo(asyncio.Protocol):
    """Answers what it hears; counts itself."""

    made = lost = 0

    def connection_made(self, transport):
        Echo.made += 1
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def connection_lost(self, exc):
        Echo.lost += 1


class Serving:
    """A listener behind an acceptor."""

    def __init__(self, pair=None, *, handshake_s=5.0, most=100, share=None, make=Echo):
        self.told = []
        self.clock = Clock()
        self._certificate = None
        if pair is not None:
            tls = InboundTls(pair.certificate, pair.key, handshake_s)
            self._certificate = Certificate(tls, self.clock, self.told.append)
        self._most = most
        self._share = share
        self._make = make

    def _room(self):
        return len(self.acceptor.handshaking) < self._most

    async def __aenter__(self):
        Echo.made = Echo.lost = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.acceptor = Acceptor(
            self.listener, self._make, self._certificate, self._room, self._share
        )
        return self

    async def __aexit__(self, *_):
        self.acceptor.close()
        self.acceptor.give_up()
        await asyncio.sleep(0.01)

    async def plain(self):
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def tls(self, context, name="localhost"):
        return await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=context, server_hostname=name
        )


async def gone(reader):
    """Whether the other side closes without a word in clear text."""
    try:
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request):
    factory = asyncio.new_event_loop if request.param == "asyncio" else uvloop.new_event_loop

    def run(work):
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(work)

    return run


@pytest.fixture
def context(authority):
    return client_context(UpstreamTls(ca_file=authority.file))


def test_a_client_is_served(run, pair, context):
    async def work():
        async with Serving(pair) as serving:
            reader, writer = await serving.tls(context)
            tls = writer.get_extra_info("ssl_object")
            assert tls.selected_alpn_protocol() == "http/1.1"
            for _ in range(3):
                writer.write(b"hello")
                assert await asyncio.wait_for(reader.readexactly(5), 5) == b"hello"
            assert serving.acceptor.handshaking == set()
            writer.close()

    run(work())


class Large(asyncio.Protocol):
    """Answers with much in one go; hears whether its client takes it."""

    body = bytes(20_000_000)

    def __init__(self):
        self.paused = asyncio.Event()
        self.resumed = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _data):
        write_in_pieces(self.transport, self.body)

    def pause_writing(self):
        self.paused.set()

    def resume_writing(self):
        self.resumed.set()


def test_a_client_that_takes_none_of_one_large_answer_is_noticed_and_what_waits_is_told(
    run, pair, context
):
    made = []

    def make():
        made.append(Large())
        return made[0]

    async def work():
        async with Serving(pair, make=make) as serving:
            # a reader with a limit stops to read when it has twice as much
            reader, writer = await serving.tls(context)
            writer.write(b"go")
            (served,) = made
            try:
                await asyncio.wait_for(served.paused.wait(), 5)
                waits = served.transport.get_write_buffer_size()
                got = await asyncio.wait_for(reader.readexactly(len(Large.body)), 30)
                await asyncio.wait_for(served.resumed.wait(), 5)
            finally:
                served.transport.abort()
                writer.transport.abort()
        assert (waits > 10_000_000, got == Large.body) == (True, True)

    run(work())


def test_what_comes_with_the_end_of_the_handshake_is_not_lost(run, pair, context):
    """A client may send its request in the packet that ends its handshake."""

    def talk(port):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    incoming.write(plain.recv(65536))
            tls.write(b"early")
            plain.sendall(outgoing.read())  # Finished and request at once
            while True:
                try:
                    return tls.read(10)
                except ssl.SSLWantReadError:
                    incoming.write(plain.recv(65536))

    async def work():
        async with Serving(pair) as serving:
            for _ in range(5):
                assert await asyncio.to_thread(talk, serving.port) == b"early"

    run(work())


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"\x16\x03\x01\x00\x05junk!", b"\0" * 70_000]
)
def test_what_is_no_tls_is_closed_without_a_defect(run, pair, said):
    async def work():
        heard = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: heard.append(what))
        async with Serving(pair) as serving:
            reader, writer = await serving.plain()
            writer.write(said)
            assert not (await gone(reader)).startswith(b"HTTP")
            writer.close()
            assert serving.acceptor.handshaking == set()
            assert Echo.made == 0
        assert heard == []

    run(work())


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_refused(run, pair, context):
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_1

    async def work():
        async with Serving(pair) as serving:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await serving.tls(context)
            assert Echo.made == 0

    run(work())


def test_who_shakes_hands_when_accepting_ends_is_still_served(run, pair, context):
    async def work():
        async with Serving(pair) as serving:
            connecting = asyncio.create_task(serving.tls(context))
            while not serving.acceptor.handshaking:
                await asyncio.sleep(0)
            serving.acceptor.close()
            reader, writer = await connecting
            writer.write(b"hello")
            assert await asyncio.wait_for(reader.readexactly(5), 5) == b"hello"
            writer.close()

    run(work())


def test_a_client_that_stalls_meets_a_deadline(run, pair):
    async def work():
        async with Serving(pair, handshake_s=0.1) as serving:
            reader, writer = await serving.plain()
            writer.write(b"\x16\x03\x01")
            assert await gone(reader) == b""
            writer.close()
            await asyncio.sleep(0)  # a task that has ended is forgotten a turn later
            assert serving.acceptor.handshaking == set()

    run(work())


@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b""])
def test_what_was_made_for_a_client_that_shook_no_hands_hears_that_it_is_lost(
    run, pair, said, stays
):
    """It may hold itself, as a reader and its parser do, and lets go then."""

    async def work():
        async with Serving(pair, handshake_s=0.1) as serving:
            reader, writer = await serving.plain()
            writer.write(said)
            while stays and await gone(reader):
                pass
            writer.close()
            await until(lambda: Echo.lost)
        assert (Echo.made, Echo.lost) == (0, 1)

    run(work())


def test_a_client_that_was_served_is_lost_once(run, pair, context):
    async def work():
        async with Serving(pair) as serving:
            _, writer = await serving.tls(context)
            writer.close()
            await until(lambda: Echo.lost)
            await asyncio.sleep(0.01)
        assert (Echo.made, Echo.lost) == (1, 1)

    run(work())


def test_those_who_shake_hands_count(run, pair):
    async def work():
        async with Serving(pair, most=2) as serving:
            stalling = [await serving.plain() for _ in range(2)]
            while len(serving.acceptor.handshaking) < 2:
                await asyncio.sleep(0.01)
            reader, refused = await serving.plain()
            assert await gone(reader) == b""
            assert len(serving.acceptor.handshaking) == 2
            # a stop accepts no more, then gives them up
            serving.acceptor.close()
            await asyncio.sleep(0.01)
            assert len(serving.acceptor.handshaking) == 2
            serving.acceptor.give_up()
            for reader, _ in stalling:
                assert await gone(reader) == b""
            assert serving.acceptor.handshaking == set()
            for writer in [refused, *(one for _, one in stalling)]:
                writer.close()

    run(work())


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_changed_certificate_is_shown_to_the_next_client(
    run, authority, pair, context, tmp_path, name
):
    shutil.copy(pair.certificate, tmp_path / "live.pem")
    shutil.copy(pair.key, tmp_path / "live.key")
    live = type(pair)(str(tmp_path / "live.pem"), str(tmp_path / "live.key"))
    newer = authority.issue("localhost", "127.0.0.1")

    async def work():
        async with Serving(live) as serving:

            async def serial():
                _, writer = await serving.tls(context, name)
                writer.close()
                return writer.get_extra_info("peercert")["serialNumber"]

            first = await serial()
            old_reader, old_writer = await serving.tls(context, name)
            shutil.copy(newer.certificate, live.certificate)
            serving.clock.now += 2
            assert await serial() == first  # the key does not fit yet
            assert len(serving.told) == 1
            shutil.copy(newer.key, live.key)
            assert await serial() == first  # looked at a moment ago
            serving.clock.now += 2
            second = await serial()
            assert second != first
            assert await serial() == second
            old_writer.write(b"still")
            assert await old_reader.readexactly(5) == b"still"
            old_writer.close()
            unusable = "tls.certificate or tls.key cannot be used: key values mismatch"
            assert serving.told == [f"the old certificate stays in force: {unusable}"]

    run(work())


def test_descriptors_that_run_out_are_waited_for(run, pair, context, monkeypatch):
    monkeypatch.setattr(acceptor_module, "_PAUSE_S", 0.01)

    async def work():
        async with Serving(pair) as serving:
            listener = serving.acceptor._listener
            failing = [OSError(24, "Too many open files")]

            class Poor:
                def accept(self):
                    if failing:
                        raise failing.pop()
                    return listener.accept()

                def __getattr__(self, name):
                    return getattr(listener, name)

            serving.acceptor._listener = Poor()
            _, writer = await serving.tls(context)
            assert failing == []
            writer.close()

    run(work())


def test_files_that_cannot_be_used_are_an_error_at_the_start(tmp_path, pair):
    for tls in (InboundTls(str(tmp_path / "none")), InboundTls(pair.certificate)):
        with pytest.raises(SettingsError, match=r"^tls\.certificate or tls\.key cannot be used"):
            Certificate(tls, Clock(), print)


class Turns:
    """A worker's share whose answers the test gives; `meanwhile` is done when it is asked."""

    def __init__(self, anothers, meanwhile=lambda: None):
        self.anothers = anothers
        self.asked = 0
        self.left = False
        self._meanwhile = meanwhile

    def is_anothers_turn(self, coming):
        self.asked += 1
        self._meanwhile()
        return self.anothers

    def leave(self):
        self.left = True


async def echoed(reader, writer):
    writer.write(b"hello")
    told = await asyncio.wait_for(reader.readexactly(5), 5)
    writer.close()
    return told


def test_a_worker_of_several_takes_one_connection_at_a_time(run):
    async def work():
        share = Turns(anothers=False)
        async with Serving(share=share) as serving:
            clients = [await serving.plain() for _ in range(10)]
            for client in clients:
                assert await echoed(*client) == b"hello"
            assert share.asked >= 10
        assert share.left

    run(work())


def test_what_nobody_else_takes_is_taken_after_a_moment(run):
    async def work():
        async with Serving(share=Turns(anothers=True)) as serving:
            clients = [await serving.plain() for _ in range(20)]
            for client in clients:
                assert await echoed(*client) == b"hello"

    run(work())


def test_what_another_takes_meanwhile_is_no_error(run, monkeypatch):
    monkeypatch.setattr(acceptor_module, "_PAUSE_S", 60.0)

    async def work():
        heard = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: heard.append(what))
        async with Serving() as serving:

            def take():
                serving.acceptor._share = None  # from the next one on it is alone
                other, _ = serving.listener.accept()
                other.close()

            serving.acceptor._share = Turns(anothers=True, meanwhile=take)
            reader, writer = await serving.plain()
            assert await gone(reader) == b""
            writer.close()
            await asyncio.sleep(0.02)  # it has looked late, and found nothing
            assert await echoed(*await serving.plain()) == b"hello"
        assert Echo.made == 1
        assert heard == []

    run(work())


def test_a_stop_while_it_waits_for_another_takes_nothing_more(run, monkeypatch):
    monkeypatch.setattr(acceptor_module, "_YIELD_S", 60.0)

    async def work():
        share = Turns(anothers=True)
        async with Serving(share=share) as serving:
            _, writer = await serving.plain()
            while not share.asked:
                await asyncio.sleep(0)
            waiting = serving.acceptor._again
            assert not waiting.cancelled()
            serving.acceptor.close()
            assert waiting.cancelled()
            writer.close()
        assert Echo.made == 0

    run(work())
