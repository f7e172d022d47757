import asyncio
import socket

import pytest
import uvloop

from support.gateway import until
from vanguard.gateway.http.dial import addresses
from vanguard.gateway.http.dial.addresses import connected_socket
from vanguard.gateway.http.dial.names import Names

V4 = socket.AF_INET
V6 = socket.AF_INET6


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0), backlog=16) as made:
        yield made


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def meaning(*found) -> Names:
    """Every name means these addresses."""
    return Names(10, ask=lambda _name, _port: list(found))


def port_of(listener) -> int:
    return listener.getsockname()[1]


async def test_the_socket_is_ready_for_a_protocol(listener):
    with await connected_socket(Names(10), "127.0.0.1", port_of(listener)) as made:
        assert made.getpeername() == listener.getsockname()
        assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert not made.getblocking()


async def test_an_address_that_refuses_gives_way_to_the_next(listener):
    names = meaning(
        (V6, ("::1", free_port(), 0, 0)),
        (V4, ("127.0.0.1", free_port())),
        (V4, listener.getsockname()),
    )
    with await connected_socket(names, "models.test", 1) as made:
        assert made.getpeername() == listener.getsockname()


async def test_an_address_that_is_silent_does_not_hold_up_the_next(monkeypatch, listener):
    opened = []

    class Silent(socket.socket):
        """Remembers itself, so that the test sees it closed."""

        def __init__(self, *more):
            super().__init__(*more)
            opened.append(self)

    silent = ("127.0.0.1", 9)
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def sock_connect(made, address):
        await (asyncio.Event().wait() if address == silent else connect(made, address))

    monkeypatch.setattr(loop, "sock_connect", sock_connect)
    monkeypatch.setattr(addresses.socket, "socket", Silent)
    monkeypatch.setattr(addresses, "_NEXT_S", 0.001)
    names = meaning((V4, silent), (V4, listener.getsockname()))
    with await connected_socket(names, "models.test", 1) as made:
        assert made.getpeername() == listener.getsockname()
        await asyncio.sleep(0.01)
        assert [one.fileno() for one in opened if one is not made] == [-1]


async def test_a_race_that_is_cancelled_leaves_no_socket(monkeypatch):
    opened = []

    class Kept(socket.socket):
        """Remembers itself."""

        def __init__(self, *more):
            super().__init__(*more)
            opened.append(self)

    async def sock_connect(made, address):
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    monkeypatch.setattr(addresses.socket, "socket", Kept)
    monkeypatch.setattr(addresses, "_NEXT_S", 0.001)
    names = meaning((V4, ("127.0.0.1", 1)), (V4, ("127.0.0.1", 2)))
    race = asyncio.create_task(connected_socket(names, "models.test", 1))
    await until(lambda: len(opened) == 2)
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    await until(lambda: all(one.fileno() == -1 for one in opened))
    assert [one.fileno() for one in opened] == [-1, -1]


async def test_when_all_refuse_the_first_reason_is_told():
    names = meaning((V4, ("127.0.0.1", free_port())), (V4, ("127.0.0.1", free_port())))
    with pytest.raises(ConnectionRefusedError):
        await connected_socket(names, "models.test", 1)


def test_it_connects_on_uvloop_too(listener):
    async def connect():
        (await connected_socket(Names(10), "localhost", port_of(listener))).close()

    uvloop.run(connect())
