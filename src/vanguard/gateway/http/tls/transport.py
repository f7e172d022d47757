"""A TLS transport on a non-blocking `SSLSocket`: OpenSSL reads and writes the socket itself.

It does not know HTTP. The loop's own transport moves every byte through two memory buffers more; this
one costs less, and tells an end that was said (close_notify) from one that only happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

# the most that one TLS record holds, so that no read leaves a part of a record behind
_RECORD_BYTES = 16 * 1024
# what holds most events; bytes that are no longer are had without asking the C library for memory
_EVENT_BYTES = 448
# per turn of the loop, so that one fast peer does not starve the others
_READ_BYTES = 256 * 1024
_WRITE_BYTES = 1024 * 1024
_HIGH_WATER_BYTES = 64 * 1024
_FLUSH_S = 30.0
_LINGER_S = 2.0
_DRAINS = 16

P = TypeVar("P", bound=asyncio.Protocol)


async def handshake(
    sock: socket.socket, context: ssl.SSLContext, name: str, session: ssl.SSLSession | None
) -> ssl.SSLSocket:
    """Wraps a connected socket and shakes hands; on failure the socket is closed.

    Raises:
        OSError: the peer broke off; `ssl.SSLError` when it was not accepted or did not accept us.
    """
    loop = asyncio.get_running_loop()
    try:
        wrapped = context.wrap_socket(
            sock,
            server_hostname=name,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
            session=session,
        )
    except BaseException:
        sock.close()
        raise
    try:
        while True:
            try:
                wrapped.do_handshake()
            except ssl.SSLWantReadError:
                await _ready(wrapped, loop.add_reader, loop.remove_reader)
            except ssl.SSLWantWriteError:
                await _ready(wrapped, loop.add_writer, loop.remove_writer)
            else:
                return wrapped
    except BaseException:
        wrapped.close()
        raise


async def _ready(
    sock: ssl.SSLSocket, add: Callable[..., Any], remove: Callable[[ssl.SSLSocket], Any]
) -> None:
    waiter = asyncio.get_running_loop().create_future()
    add(sock, _wake, waiter)
    try:
        await waiter
    finally:
        remove(sock)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class TlsTransport(asyncio.Transport):
    """Carries one protocol over a socket whose handshake is done.

    `on_session` is called once, with the session to resume later, after the first bytes have come:
    a server of TLS 1.3 sends it behind its handshake.
    """

    def __init__(
        self,
        sock: ssl.SSLSocket,
        protocol: asyncio.Protocol,
        on_session: Callable[[ssl.SSLSession | None], None] | None = None,
    ) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        # what `sock.read` hands on to, where it still does
        self._read: Callable[[int], bytes] = getattr(sock, "_sslobj", sock).read
        # whether more can be read, without the exception that OpenSSL's "no" becomes
        poller = select.poll()
        poller.register(sock, select.POLLIN)
        self._more = poller.poll
        self._protocol = protocol
        self._on_session = on_session
        self._buffer = bytearray()
        self._closing = False
        self._lost = False
        self._paused = False
        self._reading = False
        # nothing but data is waited for
        self._calm = False
        self._read_bytes = _RECORD_BYTES
        self._writing = False
        self._read_wants_write = False
        self._write_wants_read = False
        self._end_wants_write = False
        self._lingering = False
        self._protocol_paused = False
        self._high, self._low = _HIGH_WATER_BYTES, _HIGH_WATER_BYTES // 4
        self._deadline: asyncio.TimerHandle | None = None
        protocol.connection_made(self)
        self._watch()

    # --- what asyncio asks of a transport ----------------------------------------------------

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """`socket`, `ssl_object`, `sslcontext`, `peername`, `sockname`, `cipher`, `peercert`."""
        sock = self._sock
        look: dict[str, Callable[[], Any]] = {
            "socket": lambda: sock,
            "ssl_object": lambda: sock,
            "sslcontext": lambda: sock.context,
            "peername": sock.getpeername,
            "sockname": sock.getsockname,
            "cipher": sock.cipher,
            "peercert": sock.getpeercert,
        }
        if name not in look:
            return default
        try:
            return look[name]()
        except (OSError, ValueError):
            return default

    def is_closing(self) -> bool:
        """Whether it was closed or lost."""
        return self._closing

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another protocol from now on."""
        if not isinstance(protocol, asyncio.Protocol):
            raise TypeError("a streaming protocol is needed")
        self._protocol = protocol

    def is_reading(self) -> bool:
        """Whether data may come."""
        return not self._paused and not self._closing

    def pause_reading(self) -> None:
        """No more data until `resume_reading`."""
        self._paused = True
        self._watch()

    def resume_reading(self) -> None:
        """Data may come again; what OpenSSL has decrypted already wakes no selector, so we look."""
        if not self._paused:
            return
        self._paused = False
        self._watch()
        if not self._closing:
            self._loop.call_soon(self._readable)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """As asyncio has it: `high` pauses the protocol, `low` resumes it."""
        if high is None:
            high = _HIGH_WATER_BYTES if low is None else 4 * low
        if low is None:
            low = high // 4
        if not 0 <= low <= high:
            raise ValueError(f"high ({high}) must be at least low ({low}), and low at least 0")
        self._high, self._low = high, low
        self._control_protocol()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high one."""
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        """Bytes that the socket has not taken yet."""
        return len(self._buffer)

    def can_write_eof(self) -> bool:
        """TLS has no half-closed connections that peers agree on."""
        return False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Sends, now if the socket takes it, else when it does."""
        if self._closing or not data:
            return
        waiting = bool(self._buffer)
        sent = 0 if waiting else self._send(data)
        if sent < len(data) and not self._lost:
            self._buffer += memoryview(data)[sent:]
            self._watch()
        self._control_protocol()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Sends all in as few records as they fit into."""
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        """Sends what is left, says the end, and closes once the peer has said its own.

        A peer that takes nothing has 30 s, one that has it all and says nothing 2 s.
        """
        if self._closing:
            return
        self._closing, self._calm = True, False
        self._wait_no_longer_than(_FLUSH_S)
        if self._buffer:
            self._watch()
        else:
            self._say_end()

    def abort(self) -> None:
        """Closes at once."""
        self._end(None)

    # --- the socket --------------------------------------------------------------------------

    def _watch(self) -> None:
        """Has the loop tell of what is waited for, and of nothing else."""
        alive = not self._lost
        reading = alive and (
            (not self._paused and not self._closing and not self._read_wants_write)
            or self._write_wants_read
            or self._lingering
        )
        writing = alive and (
            (bool(self._buffer) and not self._write_wants_read)
            or self._read_wants_write
            or self._end_wants_write
        )
        self._calm = reading and not self._write_wants_read and not self._lingering
        if reading != self._reading:
            self._reading = reading
            if reading:
                self._loop.add_reader(self._sock, self._on_readable)
            else:
                self._loop.remove_reader(self._sock)
        if writing != self._writing:
            self._writing = writing
            if writing:
                self._loop.add_writer(self._sock, self._on_writable)
            else:
                self._loop.remove_writer(self._sock)

    def _on_readable(self) -> None:
        """Reads until nothing is left, up to a bound.

        A selector may tell of a reset once only, together with the bytes before it (libuv does), so we
        look ourselves, and what is left over is read in the next turn, untold. A read that is not full
        has emptied its record, and OpenSSL reads no record ahead: what is left then is left in the socket.
        """
        if not self._calm:
            self._on_readable_at_last()
            return
        read, read_bytes, more = self._read, self._read_bytes, self._more
        try:
            data = read(read_bytes)
        except OSError as error:
            self._take(b"", *self._why(error))
            return
        if 0 < (size := len(data)) < read_bytes and not more(0) and self._on_session is None:
            # the usual case of a stream: an event, and nothing behind it
            if size < _EVENT_BYTES:
                self._read_bytes = _EVENT_BYTES
            try:
                self._protocol.data_received(data)
            except BaseException:
                # as in `_tell`, without what that costs each event
                self._end(None)
                raise
        else:
            self._read_bytes = _RECORD_BYTES
            self._take(*self._receive(data, read_bytes))

    def _on_readable_at_last(self) -> None:
        """The peer has said something that we waited for, or may not hear yet."""
        if self._lingering:
            self._discard()
            return
        if self._write_wants_read:
            self._write_wants_read = False
            self._flush()
            self._control_protocol()
        self._readable()

    def _on_writable(self) -> None:
        if self._end_wants_write:
            self._end_wants_write = False
            self._say_end()
            return
        if self._read_wants_write:
            self._read_wants_write = False
            self._readable()
        self._flush()
        self._control_protocol()

    def _readable(self) -> None:
        if self._paused or self._closing:
            self._watch()
            return
        try:
            data = self._read(_RECORD_BYTES)
        except OSError as error:
            self._take(b"", *self._why(error))
        else:
            self._take(*self._receive(data, _RECORD_BYTES))

    def _take(self, data: bytes, ended: bool, failure: OSError | None) -> None:
        """What has come; whether the end was said; why it broke off."""
        if data:
            if self._on_session is not None:
                self._offer_session()
            self._tell(self._protocol.data_received, data)
        if failure is not None:
            self._end(failure)
        elif ended and not self._lost:
            # the protocol cannot keep a TLS connection half open, whatever it answers
            self._tell(self._protocol.eof_received)
            self.close()
        elif self._read_wants_write:
            self._watch()

    def _receive(self, data: bytes, asked: int) -> tuple[bytes, bool, OSError | None]:
        """What stands behind `data`, with it; nothing of it is the end. So many bytes were asked for."""
        pieces, left = [], _READ_BYTES
        try:
            while data:
                pieces.append(data)
                if len(data) < asked and not self._more(0):
                    return b"".join(pieces), False, None
                left -= len(data)
                if left <= 0:
                    self._loop.call_soon(self._readable)
                    return b"".join(pieces), False, None
                asked = _RECORD_BYTES
                data = self._read(asked)
        except OSError as error:
            return b"".join(pieces), *self._why(error)
        return b"".join(pieces), True, None

    def _why(self, error: OSError) -> tuple[bool, OSError | None]:
        """What a read that gave nothing means: whether it was the end, and the failure if it is one."""
        if isinstance(error, ssl.SSLWantReadError):
            return False, None
        if isinstance(error, ssl.SSLWantWriteError):
            self._read_wants_write = True
            return False, None
        if isinstance(error, ssl.SSLZeroReturnError):
            return True, None
        if isinstance(error, BrokenPipeError):
            # the answer to a key update could not leave; a request may have, as a whole
            return False, ConnectionResetError()
        return False, error

    def _send(self, data: bytes | bytearray | memoryview) -> int:
        """Sends what the socket takes; returns how much that was.

        After OpenSSL could not send, it wants the same bytes again, and at least as many: they
        stand at the buffer's head until it has.
        """
        sent = 0
        try:
            with memoryview(data) as view:
                most = min(len(view), _WRITE_BYTES)
                while sent < most:
                    sent += self._sock.send(view[sent : sent + _RECORD_BYTES])
        except ssl.SSLWantWriteError:
            pass
        except ssl.SSLWantReadError:
            self._write_wants_read = True
        except OSError as error:
            self._end(error)
        return sent

    def _flush(self) -> None:
        buffer = self._buffer
        sent = self._send(buffer)
        if self._lost:
            return
        del buffer[:sent]
        if self._closing and not buffer:
            self._say_end()
        else:
            self._watch()

    def _control_protocol(self) -> None:
        size = len(self._buffer)
        if size > self._high and not self._protocol_paused:
            self._protocol_paused = True
            self._tell(self._protocol.pause_writing)
        elif size <= self._low and self._protocol_paused and not self._lost:
            self._protocol_paused = False
            self._tell(self._protocol.resume_writing)

    def _offer_session(self) -> None:
        offer, self._on_session = self._on_session, None
        if offer is not None:
            offer(self._sock.session)

    def _tell(self, method: Callable[..., Any], *arguments: Any) -> None:
        """A protocol that fails has failed for good; the loop's handler hears why."""
        try:
            method(*arguments)
        except BaseException:
            self._end(None)
            raise

    def _say_end(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            # data that stands before the peer's end would hide it from `unwrap`
            for _ in range(_DRAINS):
                if not self._sock.recv(_RECORD_BYTES):
                    break
        try:
            self._sock.unwrap()
        except ssl.SSLWantWriteError:
            self._end_wants_write = True
            self._watch()
        except (OSError, ValueError):
            self._linger()
        else:
            self._end(None)

    def _linger(self) -> None:
        """Waits for the peer's end, deaf to what it says until then.

        What arrives at a closed socket resets the connection, and takes along what was sent and not
        yet read. A session ticket is enough, and a slow server sends its own late.
        """
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
        self._lingering = True
        self._wait_no_longer_than(_LINGER_S)
        self._watch()

    def _discard(self) -> None:
        try:
            if self._sock.recv(_READ_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass  # an end as well
        self._end(None)

    def _wait_no_longer_than(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self._loop.call_later(seconds, self.abort)

    def _end(self, error: OSError | None) -> None:
        if self._lost:
            return
        self._lost = True
        self._closing = True
        self._buffer = bytearray()
        self._watch()
        self._wait_no_longer_than(None)
        self._loop.call_soon(self._finish, error)

    def _finish(self, error: OSError | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self._sock.close()
