"""A unit test that reaches out of this machine fails; loopback and Unix sockets work."""

from __future__ import annotations

import socket

import pytest


def test_a_foreign_address_is_refused():
    with (
        socket.socket() as client,
        pytest.raises(AssertionError, match="may reach this machine only"),
    ):
        client.connect(("192.0.2.1", 80))


def test_a_foreign_name_is_not_looked_up():
    with pytest.raises(AssertionError, match="may not look up"):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host, port)) as client:
            assert client.getpeername()[1] == port


def test_unix_sockets_are_open(tmp_path):
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
