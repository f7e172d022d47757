"""Streams as one JSON array."""

from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from vanguard.gateway.google.client import ArrayClient


class Recorded:
    """A client that keeps what it is told."""

    def __init__(self):
        self.on_disconnect = self.on_writable = self.on_deadline = None
        self.head = b""
        self.body = b""
        self.ended = self.aborted = False
        self.sent = None

    def send(self, status, headers, body):
        self.sent = status, body

    def start(self, status, headers):
        self.head = headers

    def write(self, data):
        self.body += data

    def end(self):
        self.ended = True

    def abort(self):
        self.aborted = True


@given(st.lists(st.integers(0, 200), max_size=6))
def test_items_come_as_they_are_whatever_the_cuts(cuts):
    events = [b'data: {"a": 1}\r\n\r\n', b"\n\n", b'data: {"b":\ndata: 2}\n\n', b": c\n\n"]
    whole = b"".join(events)
    inner = Recorded()
    client = ArrayClient(inner)
    client.start(200, b"content-type: text/event-stream\r\nx: y\r\n")
    ends = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    for start, stop in itertools.pairwise(ends):
        client.write(whole[start:stop])
    client.end()
    assert inner.head == b"content-type: application/json\r\nx: y\r\n"
    assert json.loads(inner.body) == [{"a": 1}, {"b": 2}]
    assert inner.ended


def test_a_stream_of_nothing_is_an_empty_array():
    inner = Recorded()
    ArrayClient(inner).end()
    assert inner.body == b"[]"


def test_the_rest_is_the_clients():
    inner = Recorded()
    client = ArrayClient(inner)
    for name in ("on_disconnect", "on_writable", "on_deadline"):
        assert getattr(client, name) is None
        setattr(client, name, print)
        assert getattr(client, name) is getattr(inner, name) is print
    client.send(400, b"", b"x")
    client.abort()
    assert (inner.sent, inner.aborted) == ((400, b"x"), True)
