"""The records of the usage journal, how one becomes a line, and how damaged lines are read.

It does not know files: the gateway appends lines, control reads them.

A line is eight hex digits of CRC-32 over the JSON, one space, the JSON, one newline. JSON holds no
raw newline, so a torn write shows as a last line without an end or with a wrong sum. A journal is
cut into segments; each is named by the journal's offset at which it starts, so that an offset names
one byte for ever. Each start of a gateway begins a segment at the next multiple of `STRIDE_BYTES`:
whatever a power cut took from the end of the last one, no offset is ever used twice.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from vanguard.core.usage import Usage

STRIDE_BYTES = 2**30
MAX_LINE_BYTES = 4 * 1024 * 1024
# the most that one record may charge: what a double still holds exactly
MOST_USD_MICROS = 2**53
MOST_OFFSET = 2**61  # half of what a database holds: no journal grows so far
_LAST_MS = 253_402_300_799_999  # the end of the year 9999
_NAME = re.compile(r"(\d{20})\.journal", re.ASCII)
# where a record may begin; within JSON no quote follows a brace unless it is meant
_BEGIN = re.compile(rb'[0-9a-f]{8} \{"type":"')
_BEGIN_BYTES = 18

# What is read is held to these: a line written by hand must not stop whoever stores it.
_Moment = Annotated[int, msgspec.Meta(ge=0, le=_LAST_MS)]
_Attempt = Annotated[int, msgspec.Meta(ge=0, le=32_767)]
_UsdMicros = Annotated[int, msgspec.Meta(ge=0, le=MOST_USD_MICROS)]
_HttpStatus = Annotated[int, msgspec.Meta(ge=0, le=999)]
_Milliseconds = Annotated[int, msgspec.Meta(ge=-1, le=_LAST_MS)]

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
    attempt: _Attempt
    at_ms: _Moment
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
    reserved_usd_micros: _UsdMicros = 0
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
    attempt: _Attempt
    at_ms: _Moment
    status: Status
    http_status: _HttpStatus = 0
    error: str = ""
    usage: Usage = Usage()
    cost_usd_micros: _UsdMicros = 0
    price_unknown: bool = False
    first_token_ms: _Milliseconds = -1
    duration_ms: _Milliseconds = 0


Record = Intent | Settled

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_finder = json.JSONDecoder(strict=False)


class Lines(NamedTuple):
    """What a piece of a journal says.

    Attributes:
        entries: each record with its place in the piece.
        faults: places that could not be read, each with what is wrong there.
        used: bytes that need not be looked at again.
    """

    entries: tuple[tuple[int, Record], ...]
    faults: tuple[tuple[int, str], ...]
    used: int


class IntentHead(NamedTuple):
    """The beginning of an intent's JSON, and its check sum."""

    payload: bytes
    check_sum: int


def segment_name(offset: int) -> str:
    """File name of the segment that starts at an offset."""
    return f"{offset:020d}.journal"


def segment_start(name: str) -> int | None:
    """The offset at which the segment of that file name starts; None when it names none.

    Nor does one that no gateway can have come to: whoever wrote beyond it would not be read.
    """
    named = _NAME.fullmatch(name)
    start = int(named[1]) if named else MOST_OFFSET
    return start if start < MOST_OFFSET else None


def encode_line(record: Record) -> bytes:
    """One line, newline included."""
    payload = _encoder.encode(record)
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def intent_head(intent: Intent) -> IntentHead:
    """The part of an intent's JSON that is the same for all plain calls of one lane.

    It holds every field but those that `intent_line` is given.
    """
    fields = msgspec.to_builtins(intent)
    for name in ("request_id", "attempt", "at_ms", "reserved_usd_micros"):
        fields.pop(name, None)
    # the type has to come first: damaged files are searched for it
    head = _encoder.encode({"type": fields.pop("type"), **fields})[:-1]
    return IntentHead(head, zlib.crc32(head))


def intent_line(
    head: IntentHead, request_id: str, attempt: int, at_ms: int, reserved_usd_micros: int
) -> bytes:
    """The line of an intent whose other fields are those of `intent_head`, newline included."""
    if reserved_usd_micros > MOST_USD_MICROS:  # noqa: PLR1730 - on the way of every request
        reserved_usd_micros = MOST_USD_MICROS
    rest = b',"request_id":"%b","attempt":%d,"at_ms":%d,"reserved_usd_micros":%d}' % (
        request_id.encode(),
        attempt,
        at_ms,
        reserved_usd_micros,
    )
    payload, check_sum = head
    return b"%08x %b%b\n" % (zlib.crc32(rest, check_sum), payload, rest)


def decode_line(line: bytes) -> Record:
    """Reads one line, with or without its newline.

    Raises:
        ValueError: the sum or the shape is wrong.
    """
    payload = line.rstrip(b"\n")[9:]
    if line[8:9] != b" " or line[:8] != b"%08x" % zlib.crc32(payload):
        raise ValueError("journal line with a wrong check sum")
    try:
        record = _decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"journal line of an unknown shape: {error}") from error
    return _without_nul(record) if b"\\u0000" in payload else record


def read_lines(data: bytes, *, closed: bool = False) -> Lines:
    """Reads whole lines, and out of damaged ones whatever records are still whole.

    Args:
        data: bytes from the beginning of a line, or of what is left of one.
        closed: no byte will follow, so that a last line without its end will never get one.
    """
    end = len(data) if closed else data.rfind(b"\n") + 1
    if not end and len(data) >= MAX_LINE_BYTES:
        end = _endless(data)
    entries: list[tuple[int, Record]] = []
    faults: list[tuple[int, str]] = []
    at = 0
    for line in data[:end].split(b"\n"):
        if line:
            try:
                entries.append((at, decode_line(line)))
            except ValueError as error:
                saved = _salvage(line)
                entries += [(at + place, record) for place, record in saved]
                faults.append((at, _fault(line, len(saved), error)))
        at += len(line) + 1
    return Lines(tuple(entries), tuple(faults), end)


def _endless(data: bytes) -> int:
    """How much of a line too long to be one may go: a record that begins in it may yet be whole."""
    found = [match.start() for match in _BEGIN.finditer(data, 1)]
    return found[-1] if found else len(data) - _BEGIN_BYTES


def _salvage(line: bytes) -> list[tuple[int, Record]]:
    """Whole records within a line that cannot be read as one: newlines are lost too."""
    found: list[tuple[int, Record]] = []
    at = 0
    while match := _BEGIN.search(line, at):
        start = match.start()
        at = start + 1
        try:
            text = line[start + 9 : start + 9 + MAX_LINE_BYTES].decode("latin-1")
            stop = start + 9 + _finder.raw_decode(text)[1]
            found.append((start, decode_line(line[start:stop])))
            at = stop
        except (ValueError, RecursionError):
            continue
    return found


def _fault(line: bytes, saved: int, error: ValueError) -> str:
    what = str(error)
    if not line.strip(b"\0"):
        what = "nothing but zeros"
    elif saved:
        what = f"{what} (records that could still be read in it: {saved})"
    return f"{len(line)} bytes: {what}"


def _without_nul(record: Record) -> Record:
    """A record that a database can hold: whose money it is counts for more than the letters of a tag."""
    if "\0" in record.request_id:
        raise ValueError("journal line of an unknown shape: no database stores its NUL character")
    return msgspec.convert(_replaced(msgspec.to_builtins(record)), type(record))


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_replaced(name): _replaced(one) for name, one in value.items()}
    return [_replaced(one) for one in value] if isinstance(value, list | tuple) else value
