"""A transport without a socket: what is written is kept, and flow is controlled by hand."""

from __future__ import annotations

import asyncio


class FakeTransport(asyncio.Transport):
    """Writes go to `sent`; `held` bytes are reported as not yet taken by the peer."""

    def __init__(self, *, eof: bool = True) -> None:
        super().__init__()
        self.sent = bytearray()
        self.held = 0
        self.closed = False
        self.aborted = False
        self.eof_sent = False
        self.reading = True
        self.protocol = None
        self._eof = eof

    def get_extra_info(self, name, default=None):
        return ("127.0.0.1", 1) if name == "peername" else default

    def write(self, data):
        assert not self.eof_sent, "written after the end"
        if not self.closed:
            self.sent += data

    def get_write_buffer_size(self):
        return self.held

    def can_write_eof(self):
        return self._eof

    def write_eof(self):
        self.eof_sent = True

    def close(self):
        self.closed = True

    def abort(self):
        self.closed = self.aborted = True

    def is_closing(self):
        return self.closed

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True

    def set_protocol(self, protocol):
        self.protocol = protocol
