"""The transport against real peers, beside the loop's own, and step by step on a scripted socket."""

import asyncio
import contextlib
import select
import socket
import ssl
import threading
from dataclasses import dataclass, field

import pytest
import uvloop
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from support.tls_peer import Peer, Read, Send
from vanguard.gateway.http.tls.contexts import client_context, is_unsaid_end
from vanguard.gateway.http.tls.transport import TlsTransport, handshake
from vanguard.snapshot.model import UpstreamTls

LOOPS = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}


class Recorder(asyncio.Protocol):
    """Writes what it is told to, and keeps every event in its order."""

    def __init__(self, writes=(), pauses=()):
        self.writes = list(writes)
        self.pauses = sorted(pauses)
        self.data = bytearray()
        self.events = []
        self.over = asyncio.get_running_loop().create_future()
        self.transport = None
        self.writing_paused = False

    def connection_made(self, transport):
        self.events.append("made")
        self.transport = transport
        self.writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self):
        for number, data in enumerate(self.writes):
            if number % 2:
                self.transport.writelines([data[: len(data) // 2], data[len(data) // 2 :]])
            else:
                self.transport.write(data)
            await asyncio.sleep(0)

    def data_received(self, data):
        assert data
        assert "eof" not in self.events
        assert "lost" not in self.events
        assert self.transport.is_reading()
        self.data += data
        if self.pauses and len(self.data) >= self.pauses[0]:
            self.pauses.pop(0)
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(0.002, self.transport.resume_reading)

    def eof_received(self):
        self.events.append("eof")

    def pause_writing(self):
        assert not self.writing_paused
        self.writing_paused = True

    def resume_writing(self):
        assert self.writing_paused
        self.writing_paused = False

    def connection_lost(self, exc):
        assert "lost" not in self.events
        self.events.append("lost")
        self.over.set_result(exc)


async def ours(address, context, name, make):
    sock = socket.socket()
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, address)
    protocol = make()
    TlsTransport(await handshake(sock, context, name, None), protocol)
    return protocol


async def loops(address, context, name, make):
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(make, *address, ssl=context, server_hostname=name)
    return protocol


def talk(loop, dial, peer, context, writes, pauses=()):
    """One connection from its begin to its end; the recorder and how it ended."""

    async def run():
        def make():
            return Recorder(writes, pauses)

        recorder = await dial(peer.address, context, "localhost", make)
        error = await asyncio.wait_for(recorder.over, 20)
        await recorder.writer
        await asyncio.sleep(0.01)
        return recorder, error

    with peer, asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(run())


@pytest.fixture(scope="module")
def context(authority):
    return client_context(UpstreamTls(ca_file=authority.file))


SIZES = st.one_of(st.integers(1, 300), st.sampled_from([16_383, 16_384, 16_385, 70_000, 200_000]))
SENDS = st.lists(st.tuples(SIZES, st.sampled_from([1 << 30, 20_000, 3_000])), max_size=4)


# what happens on sockets is not shrunk: each try costs connections, and few fail twice
QUICK = settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])


def said_of(sends):
    return b"".join(bytes([number + 65]) * size for number, (size, _) in enumerate(sends))


def script_of(sends, written, slow):
    """Sends and reads, turn by turn; all that the client writes is read before the end."""
    steps = []
    left = written
    for number, (size, piece) in enumerate(sends):
        steps.append(Send(bytes([number + 65]) * size, piece))
        steps.append(Read(left // 2, 0.0005 if slow else 0))
        left -= left // 2
    return [*steps, Read(left)]


@dataclass(frozen=True)
class Story:
    """What both sides do.

    `slow` says whether the peer reads slowly; at each of `pauses` bytes the client stops reading
    for a moment.
    """

    sends: list[tuple[int, int]]
    writes: list[int]
    end: str
    pauses: list[int]
    slow: bool


STORIES = st.builds(
    Story,
    SENDS,
    st.lists(SIZES, max_size=4),
    st.sampled_from(["notify", "ragged", "half"]),
    st.lists(st.integers(1, 200_000), max_size=3),
    st.booleans(),
)


@pytest.mark.parametrize("loop", LOOPS)
@QUICK
@given(story=STORIES)
def test_both_transports_tell_the_same_story(loop, context, pair, story):
    said = said_of(story.sends)
    written = [bytes([number + 97]) * size for number, size in enumerate(story.writes)]
    script = script_of(story.sends, sum(story.writes), story.slow)
    heard = []
    # asyncio's own loop takes a ragged end for one that was said; the gateway runs on uvloop
    for dial in (ours, loops) if loop == "uvloop" else (ours,):
        peer = Peer(pair.server(), script, story.end)
        recorder, error = talk(loop, dial, peer, context, written, story.pauses)
        assert peer.failure is None
        assert peer.received == b"".join(written)
        heard.append((recorder.events, bytes(recorder.data)))
        if dial is ours:
            # an end that was not said is an error, and an error only then
            assert is_unsaid_end(error) is (story.end != "notify")
            assert recorder.data == said
    (our_events, our_data), (loop_events, loop_data) = heard[0], heard[-1]
    ends = ["eof", "lost"] if story.end == "notify" else ["lost"]
    assert our_events == loop_events == ["made", *ends]
    if story.end == "notify" or not story.pauses:
        assert loop_data == our_data
    else:
        # the loop's transport drops what it holds when the peer leaves while reading is paused
        assert our_data.startswith(loop_data)


@pytest.mark.parametrize("loop", LOOPS)
@QUICK
@given(sends=SENDS, writes=st.lists(SIZES, max_size=2))
def test_a_reset_is_no_end_that_was_said(loop, context, pair, sends, writes):
    said = said_of(sends)
    written = [b"w" * size for size in writes]
    for dial in (ours, loops):
        peer = Peer(pair.server(), script_of(sends, sum(writes), slow=False), "reset")
        recorder, error = talk(loop, dial, peer, context, written)
        assert recorder.events == ["made", "lost"]
        assert said.startswith(recorder.data)
        if dial is ours:
            assert isinstance(error, ConnectionError) or is_unsaid_end(error)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("dial", [ours, loops])
def test_a_peer_that_does_not_read_pauses_the_writer(loop, dial, context, pair):
    async def run(peer):
        recorder = await dial(peer.address, context, "localhost", Recorder)
        transport = recorder.transport
        transport.set_write_buffer_limits(high=1000)
        chunk = b"x" * 100_000
        sent = 0
        while not recorder.writing_paused:
            transport.write(chunk)
            sent += len(chunk)
            await asyncio.sleep(0)
        assert transport.get_write_buffer_size() > 1000
        transport.write(b"y" * (40_000_000 - sent))
        assert await asyncio.wait_for(recorder.over, 20) is None
        assert not recorder.writing_paused
        return recorder

    peer = Peer(pair.server(), [Read(40_000_000)])
    with peer, asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(run(peer))
    assert peer.failure is None
    assert len(peer.received) == 40_000_000


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("dial", [ours, loops])
def test_close_sends_what_is_left_and_says_the_end(loop, dial, context, pair):
    async def run(peer):
        recorder = await dial(peer.address, context, "localhost", Recorder)
        recorder.transport.write(b"x" * 3_000_000)
        recorder.transport.close()
        assert recorder.transport.is_closing()
        recorder.transport.write(b"too late")
        return await asyncio.wait_for(recorder.over, 20)

    class Reader(Peer):
        def _finish(self, tls):
            # b"" means close_notify: a ragged end would raise
            tls.suppress_ragged_eofs = False
            assert tls.recv(10) == b""

    peer = Reader(pair.server(), [Read(3_000_000)])
    with peer, asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        assert runner.run(run(peer)) is None
    assert peer.failure is None


@dataclass
class Late(Peer):
    """Ends its handshake, and sends its session tickets, only when it is let."""

    let: threading.Event = field(default_factory=threading.Event)

    def _welcome(self, plain):
        tls = self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        tls.setblocking(False)
        for wait in (lambda: select.select([tls], [], [], 10), lambda: self.let.wait(10)):
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.do_handshake()
            wait()
        tls.settimeout(10)
        tls.do_handshake()
        return tls


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("dial", [ours, loops])
def test_close_loses_nothing_to_a_session_ticket_that_comes_late(loop, dial, context, pair):
    async def run(peer):
        recorder = await dial(peer.address, context, "localhost", Recorder)
        recorder.transport.write(b"x" * 1_000_000)
        recorder.transport.close()
        for _ in range(20):  # what the socket takes, it has taken
            await asyncio.sleep(0.01)
        peer.let.set()
        return await asyncio.wait_for(recorder.over, 20)

    peer = Late(pair.server(), [Read(1_000_000)])
    with peer, asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        assert runner.run(run(peer)) is None
    assert peer.failure is None


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("dial", [ours, loops])
def test_abort_ends_at_once_and_once(loop, dial, context, pair):
    async def run(peer):
        recorder = await dial(peer.address, context, "localhost", Recorder)
        recorder.transport.write(b"x" * 30_000_000)
        recorder.transport.abort()
        recorder.transport.abort()
        recorder.transport.close()
        assert recorder.events == ["made"]  # never from inside the call
        assert await asyncio.wait_for(recorder.over, 20) is None
        if dial is ours:
            # asyncio's own of Python 3.11.2 raises here
            recorder.transport.abort()
        await asyncio.sleep(0.01)
        assert recorder.events == ["made", "lost"]

    peer = Peer(pair.server(), [Read(30_000_000)])
    with peer, asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(run(peer))
    assert isinstance(peer.failure, OSError)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_protocol_that_fails_loses_its_connection_and_is_heard_of(loop, context, pair):
    heard = []

    class Failing(Recorder):
        def data_received(self, data):
            raise RuntimeError("a defect")

    async def run(peer):
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: heard.append(what))
        recorder = await ours(peer.address, context, "localhost", Failing)
        assert await asyncio.wait_for(recorder.over, 20) is None

    peer = Peer(pair.server(), [Send(b"hello")])
    with peer, asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(run(peer))
    assert [str(one["exception"]) for one in heard] == ["a defect"]


async def test_what_it_says_of_itself(context, pair):
    with Peer(pair.server(), [Read(1)]) as peer:
        recorder = await ours(peer.address, context, "localhost", Recorder)
        transport = recorder.transport
        assert transport.get_extra_info("peername") == peer.address
        assert transport.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
        assert transport.get_extra_info("cipher")[0]
        assert transport.get_extra_info("peercert")["issuer"]
        assert transport.get_extra_info("sslcontext") is context
        assert transport.get_extra_info("nothing", 5) == 5
        assert transport.get_protocol() is recorder
        assert not transport.can_write_eof()
        transport.set_write_buffer_limits(low=100)
        assert transport.get_write_buffer_limits() == (100, 400)
        with pytest.raises(ValueError, match="at least"):
            transport.set_write_buffer_limits(high=1, low=2)
        with pytest.raises(TypeError):
            transport.set_protocol(asyncio.BaseProtocol())
        transport.write(b"x")
        await recorder.over
        assert transport.get_extra_info("peername") is None


# --- step by step ----------------------------------------------------------------------------

READ, WRITE = ssl.SSLWantReadError, ssl.SSLWantWriteError


class Scripted:
    """An `SSLSocket` whose results are given; the file descriptor is a real socket's."""

    session = None

    def __init__(self):
        self.real, self.other = socket.socketpair()
        self.real.setblocking(False)
        self.other.setblocking(False)
        self.reads = []
        self.asked = 0
        self.sends = []
        self.sent = b""
        self.closed = False

    def fileno(self):
        return self.real.fileno()

    def read(self, count):
        self.asked += 1
        step = self.reads.pop(0) if self.reads else READ
        if isinstance(step, type):
            raise step
        return step if isinstance(step, bytes) else self.real.recv(step)

    recv = read

    def send(self, data):
        step = self.sends.pop(0) if self.sends else len(data)
        if isinstance(step, type):
            raise step
        self.sent += bytes(data[:step])
        return min(step, len(data))

    def unwrap(self):
        raise READ

    def close(self):
        self.closed = True
        self.real.close()
        self.other.close()


@pytest.fixture
async def scripted():
    sock = Scripted()
    recorder = Recorder()
    transport = TlsTransport(sock, recorder)
    yield sock, recorder, transport
    transport.abort()
    await asyncio.sleep(0.01)
    assert sock.closed


async def turns():
    await asyncio.sleep(0.01)


async def test_a_read_that_must_write_first_waits_for_that(scripted):
    sock, recorder, _ = scripted
    sock.reads = [WRITE, b"after the key update"]
    sock.other.send(b"!")
    await turns()
    assert recorder.data == b"after the key update"


async def test_a_write_that_must_read_first_waits_for_that_even_when_paused(scripted):
    sock, recorder, transport = scripted
    transport.pause_reading()
    sock.sends = [3, READ]
    sock.reads = [b"data"]
    transport.write(b"abcdef")
    transport.write(b"ghi")
    await turns()
    assert sock.sent == b"abc"
    sock.other.send(b"!")
    await turns()
    assert sock.sent == b"abcdefghi"
    assert recorder.data == b""
    sock.real.recv(1)
    transport.resume_reading()
    await turns()
    assert recorder.data == b"data"


async def test_what_may_be_decrypted_already_is_read_although_no_selector_tells(scripted):
    sock, recorder, transport = scripted
    transport.pause_reading()
    # only a read that is full may have left something of its record behind
    sock.reads = [b"1" * 16_384, b"two", b"not yet"]
    transport.resume_reading()
    await turns()
    assert recorder.data == b"1" * 16_384 + b"two"


async def test_openssl_is_not_asked_for_what_is_not_there(scripted):
    sock, recorder, _ = scripted
    sock.reads = [1, 1, 1]
    sock.other.send(b"!")
    await turns()
    assert recorder.data == b"!"
    assert sock.asked == 1
    sock.other.send(b"??")
    await turns()
    assert recorder.data == b"!??"
    assert sock.asked == 3


async def test_partial_writes_keep_their_order(scripted):
    sock, _, transport = scripted
    sock.sends = [2, WRITE, 1, WRITE]
    transport.write(b"0123")
    transport.writelines([b"45", b"67"])
    assert sock.sent == b"01"
    assert transport.get_write_buffer_size() == 6
    await turns()
    assert sock.sent == b"01234567"
    assert transport.get_write_buffer_size() == 0


async def test_a_write_that_fails_ends_the_connection_with_the_reason(scripted):
    sock, recorder, transport = scripted
    sock.sends = [BrokenPipeError]
    transport.write(b"x")
    assert transport.is_closing()
    assert isinstance(await recorder.over, BrokenPipeError)


async def test_a_read_that_could_not_write_is_no_request_that_did_not_leave(scripted):
    sock, recorder, _ = scripted
    sock.reads = [BrokenPipeError]
    sock.other.send(b"!")
    assert isinstance(await recorder.over, ConnectionResetError)


async def test_data_before_an_error_is_delivered(scripted):
    sock, recorder, _ = scripted
    sock.reads = [b"x" * 16_384, ConnectionResetError]
    sock.other.send(b"!")
    assert isinstance(await recorder.over, ConnectionResetError)
    assert len(recorder.data) == 16_384


async def test_one_turn_reads_a_bounded_amount(scripted):
    sock, recorder, _ = scripted
    sizes = []
    recorder.data_received = lambda data: sizes.append(len(data))
    sock.reads = [b"x" * 16_384] * 40
    sock.other.send(b"!")
    await turns()
    assert sizes[:2] == [256 * 1024, 256 * 1024]


async def test_close_does_not_wait_for_ever_for_a_peer_that_takes_nothing(scripted, monkeypatch):
    sock, recorder, transport = scripted
    sock.sends = [WRITE] * 1_000_000
    later = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", lambda delay, call: later.append(call) or Handle())
    transport.write(b"x")
    transport.close()
    assert not recorder.over.done()
    (abort,) = later
    abort()
    monkeypatch.undo()
    assert await recorder.over is None


class Handle:
    def cancel(self):
        pass


async def test_the_session_is_offered_once_after_the_first_bytes():
    sock = Scripted()
    sock.session = object()
    offered = []
    transport = TlsTransport(sock, Recorder(), offered.append)
    assert offered == []
    sock.reads = [b"one", READ, b"two"]
    sock.other.send(b"!")
    await turns()
    assert offered == [sock.session]
    transport.abort()
    await turns()
