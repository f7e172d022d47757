import socket
from pathlib import Path

import pytest

from vanguard.compose.supervisor import listen
from vanguard.compose.supervisor.listen import is_loopback, local_url, open_listeners
from vanguard.core.errors import PlatformError
from vanguard.core.settings.tree import Settings


def opened(host: str = "127.0.0.1", port: int = 0, **admin: object):  # type: ignore[no-untyped-def]
    return open_listeners(Settings.model_validate({"host": host, "port": port, "admin": admin}))


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the address for a public one, so that no test has to listen on such a thing."""
    monkeypatch.setattr(listen, "is_loopback", lambda _listener: False)


def can_connect(listener: socket.socket) -> bool:
    with socket.create_connection(listener.getsockname()[:2], timeout=5):
        return True


def test_on_loopback_one_socket_serves_both() -> None:
    listeners = opened()
    port = listeners.public.getsockname()[1]
    assert listeners.admin is None
    assert listeners.url == listeners.admin_url == f"http://127.0.0.1:{port}"
    assert can_connect(listeners.public)  # it listens before anybody serves it
    listeners.close()
    # The same port again at once: connections of the last start do not hold it.
    opened(port=port).close()


def test_on_a_public_address_the_admin_plane_gets_the_next_port_on_loopback(public: None) -> None:
    listeners = opened()
    assert listeners.admin is not None
    assert listeners.admin.getsockname()[0] == "127.0.0.1"
    first, second = listeners.public.getsockname()[1], listeners.admin.getsockname()[1]
    assert first < second <= first + 10
    assert listeners.url == f"http://127.0.0.1:{first}"
    assert listeners.admin_url == f"http://127.0.0.1:{second}"
    listeners.close()


def test_a_taken_next_port_is_passed_over(public: None) -> None:
    probe = opened()
    assert probe.admin is not None
    first, second = probe.public.getsockname()[1], probe.admin.getsockname()[1]
    probe.close()
    with socket.create_server(("127.0.0.1", second)):
        listeners = opened(port=first)
        assert listeners.admin is not None
        assert listeners.admin.getsockname()[1] > second
        listeners.close()


def test_the_admin_plane_is_public_only_when_told(public: None) -> None:
    listeners = opened(public=True)
    assert listeners.admin is None
    listeners.close()


@pytest.mark.parametrize(
    ("address", "loopback", "url"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:80"),
        ("127.8.9.1", True, "http://127.8.9.1:80"),
        ("0.0.0.0", False, "http://127.0.0.1:80"),
        ("10.1.2.3", False, "http://10.1.2.3:80"),
        ("::1", True, "http://[::1]:80"),
        ("::", False, "http://[::1]:80"),
    ],
)
def test_how_this_machine_reaches_it(address: str, loopback: bool, url: str) -> None:
    class Bound(socket.socket):
        """Says that it is bound there; tests listen on loopback alone."""

        def getsockname(self) -> tuple[str, int]:
            return (address, 80)

    with Bound() as bound:
        assert is_loopback(bound) is loopback
        assert local_url(bound) == url


def test_an_admin_port_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = Settings.model_validate({"port": 0, "admin": {"port": port}})
    listeners = open_listeners(settings)
    assert listeners.admin is not None
    assert listeners.admin_url == f"http://127.0.0.1:{port}"
    listeners.close()


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PlatformError) as caught:
            opened(port=port)
    assert caught.value.message == (
        f"port {port} on 127.0.0.1 is taken; stop what listens there or choose another port with"
        " --port (or VANGUARD_PORT)"
    )


def test_a_taken_admin_port_closes_the_public_one_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        public = probe.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        admin = taken.getsockname()[1]
        settings = Settings.model_validate({"port": public, "admin": {"port": admin}})
        with pytest.raises(PlatformError, match=rf"port {admin} on .* VANGUARD_ADMIN_PORT"):
            open_listeners(settings)
    opened(port=public).close()


def test_an_address_of_another_machine() -> None:
    with pytest.raises(PlatformError, match="is no address of this machine; choose one with"):
        opened("192.0.2.1")


def test_a_name_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(PlatformError, match="'nowhere' is no address of this machine: Name or"):
        opened("nowhere")


def test_a_name() -> None:
    listeners = opened("localhost")
    assert is_loopback(listeners.public)
    listeners.close()


def test_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:  # a machine without IPv6: then that is what is said
        with pytest.raises(PlatformError, match="::1"):
            opened("::1")
        return
    listeners = opened("::1")
    assert listeners.url == f"http://[::1]:{listeners.public.getsockname()[1]}"
    listeners.close()


def test_with_a_certificate_both_are_reached_by_https(public: None, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"port": 0, "tls": {"certificate": str(tmp_path / "server.pem")}}
    )
    listeners = open_listeners(settings)
    assert listeners.certificate == str(tmp_path / "server.pem")
    assert listeners.url.startswith("https://127.0.0.1:")
    assert listeners.admin_url.startswith("https://127.0.0.1:")
    listeners.close()
