"""Tells an event that was cut within its JSON from one that is merely odd.

It does not know any API. What an SDK's own JSON reader takes passes, a lone surrogate included, as
servers that cut text between the halves of a pair send it.
"""

from __future__ import annotations

import json

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.wire.sse import event_data

# how an event ends whose data is a JSON object: all others are looked at
WHOLE_ENDS = (b"}\n\n", b"}\r\n\r\n", b"}\r\r")


class _Answer(msgspec.Struct):
    error: msgspec.Raw = msgspec.Raw()


_tolerant = json.JSONDecoder(strict=False)
_answer = msgspec.json.Decoder(_Answer)


def says_error(body: bytes) -> bool:
    """Whether a body that is no answer names an error of the provider's."""
    try:
        error = bytes(_answer.decode(body).error)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return error not in {b"", b"null", b"{}", b"[]", b'""', b"false"}


def check_event(event: bytes) -> None:
    """Looks at one raw event, its blank line included.

    Raises:
        UpstreamError: its data begins as a JSON object and does not end as one.
    """
    check_json(event_data(event))


def check_json(data: bytes) -> None:
    """Looks at data that a strict reader refused. What is no object at all was meant otherwise.

    Raises:
        UpstreamError: it begins as a JSON object and no reader takes it.
    """
    if not data.lstrip().startswith(b"{"):
        return
    try:
        _tolerant.decode(data.decode(errors="replace"))
    except RecursionError:
        return  # too deep for us to tell
    except ValueError:
        raise UpstreamError("an event of the upstream's stream is broken off") from None
