"""Binds the listening sockets, which outlive any gateway process that serves them.

It does not know HTTP.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from vanguard.core.errors import PlatformError
from vanguard.core.settings.certificates import absolute
from vanguard.core.settings.tree import Settings

_BACKLOG = 1024
_NEXT_PORTS = 10


@dataclass(frozen=True)
class Listeners:
    """The public socket and, where the admin plane has a port of its own, that one.

    Attributes:
        url: where this machine reaches the public port.
        admin_url: where it reaches the console and `/api`.
        certificate: path of the certificate that both show; empty for plain HTTP.
    """

    public: socket.socket
    admin: socket.socket | None
    url: str
    admin_url: str
    certificate: str = ""

    def close(self) -> None:
        """Closes both. Once the gateway has closed its own too, connections are refused."""
        self.public.close()
        if self.admin:
            self.admin.close()


def open_listeners(settings: Settings) -> Listeners:
    """Binds what the settings ask for. The admin plane is never on a public address by accident.

    Raises:
        PlatformError: a port is taken or an address is not this machine's; one line.
    """
    public = _bind(settings.host, settings.port, "--port (or VANGUARD_PORT)")
    try:
        admin = _admin_listener(settings, public)
    except PlatformError:
        public.close()
        raise
    certificate = absolute(settings.tls.certificate)
    url, admin_url = (local_url(one, tls=bool(certificate)) for one in (public, admin or public))
    return Listeners(public, admin, url, admin_url, certificate)


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine can reach it."""
    return ipaddress.ip_address(listener.getsockname()[0].split("%")[0]).is_loopback


def local_url(listener: socket.socket, *, tls: bool = False) -> str:
    """Where this machine reaches it: loopback when it is bound to every address."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host.split("%")[0])
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _admin_listener(settings: Settings, public: socket.socket) -> socket.socket | None:
    admin = settings.admin
    if admin.port:
        return _bind(admin.host, admin.port, "admin.port (or VANGUARD_ADMIN_PORT)")
    if admin.public or is_loopback(public):
        return None
    first = public.getsockname()[1] + 1
    for port in range(first, min(first + _NEXT_PORTS, 65536)):
        try:
            return _bind(admin.host, port, "admin.port")
        except _TakenError:
            continue
    raise PlatformError(
        f"no free port for the admin plane from {first} on; name one with VANGUARD_ADMIN_PORT"
    )


class _TakenError(PlatformError):
    """Somebody else listens there."""


def _bind(host: str, port: int, setting: str) -> socket.socket:
    family, address = _address(host, port)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _explained(host, port, setting, error) from error
    listener.setblocking(False)
    return listener


def _address(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The family and the address to bind; a name may need the resolver, an address does not."""
    try:
        is_six = ipaddress.ip_address(host).version == 6
    except ValueError:
        pass
    else:
        return (socket.AF_INET6 if is_six else socket.AF_INET), (host, port)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise PlatformError(
            f"host {host!r} is no address of this machine: {error.strerror}"
        ) from error
    return found[0], (str(found[4][0]), port)


def _explained(host: str, port: int, setting: str, error: OSError) -> PlatformError:
    if error.errno == errno.EADDRINUSE:
        return _TakenError(
            f"port {port} on {host} is taken; stop what listens there or choose another port with"
            f" {setting}"
        )
    if error.errno == errno.EACCES:
        return PlatformError(
            f"port {port} on {host} needs more rights; choose one above 1023 with {setting}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return PlatformError(f"host {host!r} is no address of this machine; choose one with --host")
    return PlatformError(f"cannot listen on {host}:{port}: {error.strerror}")
