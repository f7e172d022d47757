"""Thought signatures: Google's on their way through other clients, and others' through Google's.

It does not know parts. Google's signature is base64 and sits on a part of any kind; here it becomes
the seal of a piece of thinking of its own, with a note of where it sat. What another family sealed
travels in Google's field as base64 of its envelope. Source: Gemini API docs, thought signatures
(2026-11).
"""

from __future__ import annotations

import base64
import binascii
from typing import Literal

from vanguard.dialects import seals
from vanguard.dialects.conversation import RedactedThinking, Thinking

FAMILY = "google_generate"

# what Google says may stand where a signature was lost: the call is then taken unverified
UNVERIFIED = "skip_thought_signature_validator"

Place = Literal["call", "text", "thought"]
_PLACES: tuple[Place, ...] = ("call", "text", "thought")
_MARK = b"vgs1."
_URL_SAFE = str.maketrans("-_", "+/")


def enclosed(signature: str, place: Place) -> str:
    """A signature as a seal: Google's own in an envelope, what another family sealed as it was."""
    inner = _opened(signature)
    found = seals.disclose(inner) if inner else None
    if found is None:
        return seals.enclose(seals.Seal(FAMILY, signature, item=place))
    return found.data if found.family == seals.CLAUDE and found.kind == "thinking" else inner


def redacted(envelope: str) -> str | None:
    """Claude's redacted thinking, where an envelope holds that; None where it holds another seal."""
    found = seals.disclose(envelope)
    if found is None or found.kind != "redacted":
        return None
    return found.data if found.family == seals.CLAUDE else envelope


def googles(seal: str) -> tuple[str, Place] | None:
    """Google's own signature with its place; None where another family sealed, or nobody."""
    found = seals.disclose(seal)
    if found is None or found.family != FAMILY:
        return None
    return found.data, next((one for one in _PLACES if one == found.item), "text")


def carried(seal: str, kind: seals.SealKind = "thinking") -> str:
    """Any seal in the form of Google's field: its own as it was, others as base64 of an envelope."""
    own = googles(seal)
    if own is not None:
        return own[0]
    if seals.disclose(seal) is None:
        seal = seals.enclose(seals.Seal(seals.CLAUDE, seal, kind))
    return base64.b64encode(seal.encode()).decode()


def opened(signature: str, text: str, place: Place) -> Thinking | RedactedThinking:
    """The thinking that a client's signature seals; `text` is what stood beside or before it."""
    envelope = enclosed(signature, place)
    data = redacted(envelope)
    return Thinking(text, envelope) if data is None else RedactedThinking(data)


def _opened(signature: str) -> str:
    """The envelope inside a signature, empty when it is Google's own.

    SDKs decode the field and encode it anew, in either alphabet.
    """
    padded = signature.translate(_URL_SAFE) + "=" * (-len(signature) % 4)
    try:
        data = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return data.decode(errors="replace") if data.startswith(_MARK) else ""
