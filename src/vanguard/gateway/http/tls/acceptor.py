"""Shakes hands with clients by the loop's TLS, within a bound and a deadline, before they are served.

It does not know HTTP. The certificate is read again when its files change, without a restart.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from vanguard.core.errors import SettingsError, UpstreamUnavailable
from vanguard.gateway.http.tls.contexts import ALPN, Mark, load_pair, mark_of
from vanguard.snapshot.boot import InboundTls

_LOOK_AGAIN_S = 1.0
_SHUTDOWN_S = 5.0
_PAUSE_S = 1.0
_ACCEPTS = 64

Factory = Callable[[], asyncio.Protocol]


class Certificate:
    """What is shown to clients. A changed file that cannot be used leaves the old one in force."""

    def __init__(
        self, tls: InboundTls, clock: Callable[[], float], tell: Callable[[str], None]
    ) -> None:
        """Reads the files; `tell` hears what was wrong with later ones.

        Raises:
            SettingsError: the files cannot be used.
        """
        self.tls = tls
        self._clock = clock
        self._tell = tell
        self._marks = self._look()
        self._looked_at = clock()
        try:
            self.context = self._current = _server_context(tls)
        except UpstreamUnavailable as error:
            raise SettingsError(error.message.replace(" of the deployment", "")) from None
        self.context.sni_callback = self._choose

    def _choose(
        self,
        sock: ssl.SSLSocket | ssl.SSLObject,
        _name: str | None,
        context: ssl.SSLContext,
    ) -> None:
        """Called within each handshake, with or without a name asked for."""
        now = self._clock()
        if now - self._looked_at >= _LOOK_AGAIN_S:
            self._looked_at = now
            self._refresh()
        if self._current is not context:
            sock.context = self._current

    def _refresh(self) -> None:
        marks = self._look()
        if marks == self._marks:
            return
        try:
            self._current = _server_context(self.tls)
        except UpstreamUnavailable as error:
            # whoever replaces both does so one after the other: looked at again in a second
            self._tell(f"the old certificate stays in force: {error.message}")
            return
        self._marks = marks

    def _look(self) -> tuple[Mark, Mark]:
        return mark_of(self.tls.certificate), mark_of(self.tls.key)


def _server_context(tls: InboundTls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(ALPN)
    load_pair(context, tls.certificate, tls.key)
    return context


class Acceptor:
    """Accepts from one listening socket; connections that still shake hands count too."""

    def __init__(
        self,
        listener: socket.socket,
        make: Factory,
        certificate: Certificate,
        handshake_s: float,
        room: Callable[[], bool],
    ) -> None:
        """Begins; `make` makes the protocol of each client, `room` says whether one more may come."""
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._make = make
        self._certificate = certificate
        self._handshake_s = handshake_s
        self._room = room
        self._again: asyncio.TimerHandle | None = None
        self.handshaking: set[asyncio.Task[None]] = set()
        self._watch()

    def close(self) -> None:
        """Accepts no more; who shakes hands now is still served."""
        if self._again is not None:
            self._again.cancel()
        if self._listener.fileno() >= 0:
            self._loop.remove_reader(self._listener)
            self._listener.close()

    def give_up(self) -> None:
        """Breaks off the handshakes that are under way."""
        for task in self.handshaking:
            task.cancel()

    def _watch(self) -> None:
        self._again = None
        self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(_ACCEPTS):
            try:
                client, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # out of descriptors or memory: whoever waits in the backlog waits a moment longer
                self._loop.remove_reader(self._listener)
                self._again = self._loop.call_later(_PAUSE_S, self._watch)
                return
            if not self._room():
                client.close()
                continue
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = self._loop.create_task(self._shake(client))
            self.handshaking.add(task)
            task.add_done_callback(self.handshaking.discard)

    async def _shake(self, client: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(
                self._make,
                client,
                ssl=self._certificate.context,
                ssl_handshake_timeout=self._handshake_s,
                ssl_shutdown_timeout=_SHUTDOWN_S,
            )
        except OSError:
            # no TLS, too old, too slow, or gone: of no interest, and anybody can cause any number
            client.close()
        except BaseException:
            client.close()
            raise
