"""Sealed reasoning in Converse's `redactedContent`, which is a blob: base64 text on the wire.

It does not know whose seal it is. Claude's seals are base64 as they are; a seal of another family travels
through an AWS client in an envelope (`vanguard.dialects.seals`), which is text and is coded for the way.
"""

from __future__ import annotations

import base64
import binascii

_MARK = b"vg."


def to_blob(data: str) -> str:
    """The data as an SDK can decode it; base64 stays as it is."""
    raw = data.encode()
    try:
        if base64.b64encode(base64.b64decode(raw, validate=True)) == raw:
            return data
    except binascii.Error:
        pass
    return base64.b64encode(_MARK + raw).decode()


def from_blob(blob: str) -> str:
    """What `to_blob` was given."""
    try:
        decoded = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        return blob
    if not decoded.startswith(_MARK):
        return blob
    return decoded[len(_MARK) :].decode(errors="replace")
