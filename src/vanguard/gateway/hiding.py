"""Takes out of what an upstream says what its client may not see: our credentials, numbers of our accounts.

It does not know who says it. Some servers repeat the head of what they refuse; AWS repeats the request that
should have been signed, and names what is not there by an ARN.
"""

from __future__ import annotations

import re

from vanguard.core.errors import VanguardError
from vanguard.dialects.framing import FRAMED
from vanguard.gateway.http.messages import Hidden
from vanguard.wire.event_stream import Splitter, encode, read_frame

# what is shorter is no secret, but a word that stands where a server wants none
_SECRET_BYTES = 8
_MASK = b"***"
_ACCOUNT = re.compile(rb"\b\d{12}\b")
_JSON = re.compile(rb"\s*(?:(?:event|data):|[{\[])")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\Z)', re.DOTALL)


def hidden_in(*secrets: bytes, accounts: bool = False) -> Hidden:
    """What is to be hidden of a request that is sent with these."""
    return Hidden(tuple([one for one in secrets if len(one) >= _SECRET_BYTES]), accounts)


def hide(hidden: Hidden, data: bytes) -> bytes:
    """The same without it; of JSON, JSON."""
    for secret in hidden.secrets:
        data = data.replace(secret, _MASK)
        if b"/" in secret:
            # as some writers of JSON have it
            data = data.replace(secret.replace(b"/", rb"\/"), _MASK)
    if not hidden.accounts:
        return data
    if _JSON.match(data):
        # elsewhere it is a number, and must stay one
        return _STRING.sub(lambda found: _masked(found[0]), data)
    return _masked(data)


def _masked(text: bytes) -> bytes:
    return _ACCOUNT.sub(b"*" * 12, text)


def hide_words(hidden: Hidden, error: VanguardError) -> VanguardError:
    """The same error, its message without it; a secret may have been cut where the words end."""
    words = hide(hidden, error.message.encode(errors="replace"))
    for secret in hidden.secrets:
        for size in range(len(secret) - 1, _SECRET_BYTES - 1, -1):
            if words.endswith(secret[:size]):
                words = words[:-size] + _MASK
                break
    error.message = words.decode(errors="replace")
    return error


def hide_events(hidden: Hidden, dialect: str, events: bytes) -> bytes:
    """Whole events of a stream without it; frames keep sound checksums."""
    if dialect not in FRAMED:
        return hide(hidden, events)
    return b"".join([_hide_in_frame(hidden, frame) for frame in Splitter().feed(events)])


def _hide_in_frame(hidden: Hidden, frame: bytes) -> bytes:
    message = read_frame(frame)
    headers = {
        name: hide(hidden, value.encode()).decode() if isinstance(value, str) else value
        for name, value in message.headers.items()
    }
    payload = hide(hidden, message.payload)
    if payload == message.payload and headers == message.headers:
        return frame
    return encode(headers, payload)
