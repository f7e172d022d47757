"""What is seen of what a slow client takes, with a transport that tells it and with real sockets."""

import contextlib
import socket
import struct

import pytest

from support.transports import FakeTransport
from vanguard.gateway.http.stall import PIECE_BYTES, Stall, relieve, write_in_pieces


class Told(FakeTransport):
    """A transport on a socket whose system tells what the peer has acknowledged."""

    def __init__(self, acked=0):
        super().__init__()
        self.acked = acked
        self.held = 100_000
        self.info_bytes = 256

    def get_extra_info(self, name, default=None):
        return self if name == "socket" else default

    def getsockopt(self, level, option, size):
        if self.acked is None:
            raise OSError
        info = struct.pack("@120xQ", self.acked) + bytes(200)
        return info[: min(size, self.info_bytes)]


def began(transport):
    return Stall(transport, 100.0, 8)


@pytest.mark.parametrize("held", [0, 100_000, 200_000])
def test_what_the_peer_acknowledges_counts_whatever_is_held_and_written_meanwhile(held):
    transport = Told(1_000_000)
    stall = began(transport)
    transport.held = held
    transport.acked += 16 * 1024
    assert stall.goes_on(108)
    transport.acked += 16 * 1024 - 1
    assert not stall.goes_on(116)


def test_each_look_gives_as_long_again():
    transport = Told(1)
    stall = began(transport)
    assert stall.due == 108
    transport.acked += 20_000
    stall.goes_on(109)
    assert stall.due == 117


def test_a_first_acknowledgement_that_comes_after_the_beginning_counts():
    transport = Told(0)
    stall = began(transport)
    transport.acked = 20_000
    assert stall.goes_on(108)


def test_where_an_older_system_tells_less_the_buffer_alone_is_looked_at():
    transport = Told(1_000_000)
    transport.info_bytes = 104
    stall = began(transport)
    transport.acked += 1_000_000
    assert not stall.goes_on(108)


@pytest.mark.parametrize("transport", [FakeTransport, lambda: Told(0), lambda: Told(None)])
@pytest.mark.parametrize(
    ("held", "goes_on"), [(84_000, False), (83_000, True), (100_000, False), (100_001, True)]
)
def test_where_nothing_is_told_the_buffer_must_have_shrunk_or_been_written_to(
    transport, held, goes_on
):
    made = transport()
    made.held = 100_000
    stall = began(made)
    made.held = held
    assert stall.goes_on(108) is goes_on


class OnSocket(FakeTransport):
    def __init__(self, sock):
        super().__init__()
        self.sock = sock

    def get_extra_info(self, name, default=None):
        return self.sock if name == "socket" else default


def filled(sock):
    """Writes until the kernel takes no more."""
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            sock.send(b"x" * 65_536)


def taken(sock, size):
    while size > 0:
        size -= len(sock.recv(size))


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="this system tells nothing")
def test_a_client_that_takes_little_of_what_the_kernel_holds_is_seen_to_take_it():
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as client:
        # set before it connects, so that no more than this is under way and not acknowledged
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        client.connect(listening.getsockname())
        client.settimeout(10)
        served, _ = listening.accept()
        with served:
            filled(served)
            transport = OnSocket(served)
            transport.held = 100_000
            stall = began(transport)
            for now in range(108, 140, 8):
                taken(client, 100_000)
                assert stall.goes_on(now)
            stall.goes_on(140)
            assert not stall.goes_on(148)


def test_of_a_unix_socket_the_buffer_alone_is_known():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = OnSocket(ours)
        transport.held = 100_000
        stall = began(transport)
        transport.held = 50_000
        assert (stall.goes_on(108), stall.goes_on(116)) == (True, False)


def waiting(*sizes):
    transports = [Told() for _ in sizes]
    for transport, size in zip(transports, sizes, strict=True):
        transport.held = size
    return transports, [began(transport) for transport in transports]


@pytest.mark.parametrize(
    ("most", "given_up"),
    [
        (1_000, []),
        (999, [600]),
        (400, [600]),
        (399, [600, 300]),
        (100, [600, 300]),
        (0, [600, 300, 100]),
    ],
)
def test_who_holds_most_is_given_up_until_the_rest_is_within_the_bound(most, given_up):
    transports, stalls = waiting(300, 100, 600)
    relieve(stalls, most)
    assert [t.held for t in transports if t.aborted] == sorted(given_up, key=[300, 100, 600].index)


def test_a_large_body_is_written_whole_in_pieces():
    sizes = []

    class Pieces(FakeTransport):
        def write(self, data):
            sizes.append(len(data))
            super().write(data)

    transport, body = Pieces(), bytes(range(256)) * 3_000
    write_in_pieces(transport, body)
    assert bytes(transport.sent) == body
    assert sizes == [PIECE_BYTES, PIECE_BYTES, len(body) - 2 * PIECE_BYTES]
