"""Accepts clients, and shakes hands by the loop's TLS within a bound and a deadline before they are served.

It does not know HTTP. The certificate is read again when its files change, without a restart.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from vanguard.core.errors import SettingsError, UpstreamUnavailable
from vanguard.gateway.http.shares import Share
from vanguard.gateway.http.tls.contexts import ALPN, Mark, load_pair, mark_of
from vanguard.snapshot.boot import InboundTls

_LOOK_AGAIN_S = 1.0
_SHUTDOWN_S = 5.0
_PAUSE_S = 1.0
_ACCEPTS = 64
# long enough for another worker that was woken for the same connection, too short to be noticed
_YIELD_S = 0.002
_ACCEPTS_LATE = 16

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
            raise SettingsError(error.message) from None
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
    """Accepts from one listening socket; connections that still shake hands count too.

    Where several workers accept from one socket, all are woken for each connection, and the first to
    come would take most of them, and keep them. So a worker takes one at a time, and one that has more
    than another leaves it to that one for a moment. What is still there then it takes.
    """

    def __init__(
        self,
        listener: socket.socket,
        make: Factory,
        certificate: Certificate | None,
        room: Callable[[], bool],
        share: Share | None = None,
    ) -> None:
        """Begins.

        Args:
            listener: listens already.
            make: makes the protocol of each client.
            certificate: what is shown; None speaks no TLS.
            room: whether one more may come.
            share: of the connections that several workers accept; None for a worker alone.
        """
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._make = make
        self._certificate = certificate
        self._room = room
        self._share = share
        self._again: asyncio.TimerHandle | None = None
        self.handshaking: set[asyncio.Task[None]] = set()
        self._watch()

    def close(self) -> None:
        """Accepts no more; who shakes hands now is still served."""
        if self._again is not None:
            self._again.cancel()
        if self._share is not None:
            self._share.leave()
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
        if self._share is None:
            self._take(_ACCEPTS)
        elif self._share.is_anothers_turn(len(self.handshaking)):
            self._pause(_YIELD_S, self._accept_late)
        else:
            self._take(1)

    def _accept_late(self) -> None:
        self._watch()
        self._take(_ACCEPTS_LATE)

    def _pause(self, seconds: float, then: Callable[[], None]) -> None:
        self._loop.remove_reader(self._listener)
        self._again = self._loop.call_later(seconds, then)

    def _take(self, most: int) -> None:
        for _ in range(most):
            try:
                client, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # out of descriptors or memory: whoever waits in the backlog waits a moment longer
                self._pause(_PAUSE_S, self._watch)
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
        protocol: asyncio.Protocol | None = None
        try:
            if self._certificate is None:
                await self._loop.connect_accepted_socket(self._make, client)
                return
            protocol = self._make()
            await self._loop.connect_accepted_socket(
                lambda: protocol,
                client,
                ssl=self._certificate.context,
                ssl_handshake_timeout=self._certificate.tls.handshake_s,
                ssl_shutdown_timeout=_SHUTDOWN_S,
            )
        except OSError:
            # no TLS, too old, too slow, or gone: of no interest, and anybody can cause any number
            client.close()
            if protocol is not None:
                # the loop tells it nothing, and it would wait for a collection with all that it holds
                protocol.connection_lost(None)
        except BaseException:
            client.close()
            raise
