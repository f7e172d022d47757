"""What the lender of limits and the workers that borrow say to each other, and how it is framed.

It does not know sockets or counting. Both ends are on one host, so that monotonic seconds mean the
same to both. A message is four bytes of length and one msgpack value; each end may say anything at
any time, and one connection keeps the order.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

PROTOCOL = 1
MAX_BYTES = 16 * 1024 * 1024

# Seconds that what is lent may be used after the last beat that the lender has answered.
LEASE_S = 5.0
BEAT_S = 0.5

# The four things that are lent, as places in `Amounts`.
REQUESTS, TOKENS, STREAMS, MONEY = range(4)
Amounts = tuple[int, int, int, int]
Slots = tuple[tuple[int, int], ...]


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """How a worker stands in one scope. All but the slots are levels: saying them twice is harmless.

    Attributes:
        idle: lent to it and free for the next request; money may be below zero.
        streams, usd_micros: in use by open requests.
        spent: what its requests have cost since it started, in micro-dollars.
        request_slots, token_slots: by second, what was used since the last report; corrections of
            earlier seconds may be negative.
    """

    scope: str
    idle: Amounts
    streams: int
    usd_micros: int
    spent: int
    request_slots: Slots = ()
    token_slots: Slots = ()


class Report(msgspec.Struct, frozen=True, tag="report"):
    """What has changed since the last report; a beat when nothing has.

    Attributes:
        at_s: monotonic seconds of its sending.
        offset: of the worker's journal: all settlements before it are in `spent`.
        seen: number of the last grant that is in the entries.
        recalled: number of the recall that this answers, 0 for none.
    """

    at_s: float
    offset: int
    seen: int
    entries: tuple[Entry, ...] = ()
    recalled: int = 0


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first message of a connection; the report holds every scope in which something is in use.

    Attributes:
        journal: name of the journal folder that the worker has claimed.
        incarnation: names this process among all that ever were.
        begins: offset of its own part of that journal; what lies before is of workers that are dead.
    """

    protocol: int
    journal: str
    pid: int
    incarnation: str
    report: Report
    begins: int = 0


class Want(msgspec.Struct, frozen=True, array_like=True):
    """All that a request needs of one scope, what the worker holds idle included."""

    scope: str
    amounts: Amounts


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """One request's needs over its whole chain: granted together or not at all."""

    number: int
    wants: tuple[Want, ...]


class Bye(msgspec.Struct, frozen=True, tag="bye"):
    """The worker ends; all its requests are settled and reported."""


class Left(msgspec.Struct, frozen=True, array_like=True):
    """What others have not used of a scope's limits: free, or idle elsewhere; -1 where there is none."""

    scope: str
    requests: int
    tokens: int
    usd_micros: int


class Lot(msgspec.Struct, frozen=True, array_like=True):
    """What is lent of one scope, beyond what the worker held."""

    scope: str
    amounts: Amounts


class Grant(msgspec.Struct, frozen=True, tag="grant"):
    """The answer to an ask: all that it lacked, and perhaps more. Numbers rise by one."""

    number: int
    ask: int
    lots: tuple[Lot, ...]
    lefts: tuple[Left, ...]


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    """The answer to an ask that cannot be met, idle parts of other workers included.

    Attributes:
        what: the first thing that lacks, as a place in `Amounts`; `left` what there is of it.
        wait_s: seconds until a minute's window has room again, 0 when nobody can say.
    """

    ask: int
    scope: str
    what: int
    left: int
    wait_s: int
    lefts: tuple[Left, ...]


class Recall(msgspec.Struct, frozen=True, tag="recall"):
    """Asks for all that is idle in some scopes; answered by a report with its number."""

    number: int
    scopes: tuple[str, ...]


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """The answer to a report: the lease holds until `LEASE_S` after `at_s`, the report's own moment.

    Attributes:
        alone: whether no other worker borrows, so that nothing needs to be given back early.
    """

    at_s: float
    alone: bool
    lefts: tuple[Left, ...] = ()


class Denied(msgspec.Struct, frozen=True, tag="denied"):
    """The answer to a hello that cannot be accepted; the connection ends."""

    reason: str


FromWorker = Hello | Report | Ask | Bye
ToWorker = Grant | Refusal | Recall | Alive | Denied

_encoder = msgspec.msgpack.Encoder()
_from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
_to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)


def frame(message: FromWorker | ToWorker) -> bytes:
    """One message as bytes."""
    payload = _encoder.encode(message)
    return len(payload).to_bytes(4, "big") + payload


class Frames:
    """Cuts received bytes into payloads."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The payloads that `data` completes.

        Raises:
            ValueError: a length beyond the bound.
        """
        self._buffer += data
        while len(self._buffer) >= 4:
            length = int.from_bytes(self._buffer[:4], "big")
            if length > MAX_BYTES:
                raise ValueError(f"a message of {length} bytes")
            if len(self._buffer) < 4 + length:
                return
            payload = bytes(self._buffer[4 : 4 + length])
            del self._buffer[: 4 + length]
            yield payload


def read_from_worker(payload: bytes) -> FromWorker:
    """What a worker said.

    Raises:
        ValueError: not one of its messages.
    """
    try:
        return _from_worker.decode(payload)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def read_to_worker(payload: bytes) -> ToWorker:
    """What the lender said.

    Raises:
        ValueError: not one of its messages.
    """
    try:
        return _to_worker.decode(payload)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
