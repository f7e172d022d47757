"""The records of the usage journal and how one becomes a line.

It does not know files or offsets: the gateway appends lines, control reads them.

A line is eight hex digits of CRC-32 over the JSON, one space, the JSON, one newline. JSON holds no
raw newline, so a torn write shows as a last line without an end or with a wrong sum.
"""

from __future__ import annotations

import zlib
from typing import Literal

import msgspec

from vanguard.core.usage import Usage

Status = Literal["ok", "failed", "truncated", "cut", "blocked", "cancelled", "unsettled"]


class Intent(msgspec.Struct, frozen=True, omit_defaults=True, tag="intent"):
    """Written before the first byte of an attempt goes upstream.

    Attributes:
        request_id: one per client request; with `attempt` it names the usage row.
        attempt: 0 for the first deployment tried, rising.
        at_ms: wall time, UTC milliseconds.
        scopes: the ids whose budgets the cost counts against, outermost first.
        model: the public name; `upstream_model` the provider's.
        operation: `chat`, `embeddings` or `count_tokens`.
        dialect: the client's API family.
        session: conversation or coding session, when the client tells one.
        tags: attribution given by the client or the key.
        reserved_usd_micros: charged if the attempt is never settled.
        price_id: empty when the price is unknown.
    """

    request_id: str
    attempt: int
    at_ms: int
    key_id: str
    organisation_id: str
    team_id: str
    user_id: str
    scopes: tuple[str, ...]
    model: str
    deployment: str
    provider: str
    upstream_model: str
    operation: str
    dialect: str
    stream: bool = False
    session: str = ""
    tags: dict[str, str] = {}
    reserved_usd_micros: int = 0
    price_id: str = ""
    price_version: str = ""


class Settled(msgspec.Struct, frozen=True, omit_defaults=True, tag="settled"):
    """Written before the client sees the end of its answer.

    Attributes:
        status: `ok`; `failed` (no answer came, nothing is charged); `truncated` (the upstream
            broke off); `cut` (a budget ended it); `blocked` (a guardrail did); `cancelled` (the
            client left and the bounded drain did not reach the end); `unsettled` (the gateway died;
            charged at the reservation).
        http_status: what the upstream answered, 0 when nothing came.
        error: public code of the error, empty when none.
        cost_usd_micros: the charge; 0 with `price_unknown` set means that nobody knows.
        first_token_ms: from the request's arrival to the first token, -1 when none came.
        duration_ms: from the request's arrival to this record.
    """

    request_id: str
    attempt: int
    at_ms: int
    status: Status
    http_status: int = 0
    error: str = ""
    usage: Usage = Usage()
    cost_usd_micros: int = 0
    price_unknown: bool = False
    first_token_ms: int = -1
    duration_ms: int = 0


Record = Intent | Settled

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def encode_line(record: Record) -> bytes:
    """One line, newline included."""
    payload = _encoder.encode(record)
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def intent_rest(intent: Intent) -> bytes:
    """The part of an intent's JSON that is the same for all plain calls of one lane.

    It holds every field but those that `intent_line` is given.
    """
    fields = msgspec.to_builtins(intent)
    for name in ("type", "request_id", "attempt", "at_ms", "reserved_usd_micros"):
        fields.pop(name, None)
    return b"," + _encoder.encode(fields)[1:]


def intent_line(
    rest: bytes, request_id: str, attempt: int, at_ms: int, reserved_usd_micros: int
) -> bytes:
    """The line of an intent whose other fields are those of `intent_rest`, newline included."""
    payload = (
        b'{"type":"intent","request_id":"%b","attempt":%d,"at_ms":%d,"reserved_usd_micros":%d%b'
        % (
            request_id.encode(),
            attempt,
            at_ms,
            reserved_usd_micros,
            rest,
        )
    )
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def decode_line(line: bytes) -> Record:
    """Reads one line, with or without its newline.

    Raises:
        ValueError: the sum or the shape is wrong.
    """
    payload = line.rstrip(b"\n")[9:]
    if line[8:9] != b" " or line[:8] != b"%08x" % zlib.crc32(payload):
        raise ValueError("journal line with a wrong check sum")
    try:
        return _decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise ValueError(f"journal line of an unknown shape: {error}") from error
