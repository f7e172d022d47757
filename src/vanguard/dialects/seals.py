"""Envelopes for seals on reasoning that travel through a client of another API family.

It does not know requests or replies. A model's seal (Anthropic's signature, OpenAI's encrypted
content) must come back to where it was made, verbatim, and its client has one opaque field for it. An
envelope is text: what made the seal stands before it, in the clear, the seal itself follows as it was.
Clients may change what stands beside a seal, so an envelope also holds a digest of the text that was
sealed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Literal, cast

import msgspec

CLAUDE = "claude"

_MARK = "vgs1"
_FIELDS = 7
_DIGEST_BYTES = 6
SealKind = Literal["thinking", "redacted"]


class Seal(msgspec.Struct, frozen=True, gc=False):
    """A seal with what has to be known of it.

    Attributes:
        family: whose seal it is: `claude`, or the name of a dialect.
        data: the provider's own bytes, verbatim.
        kind: `redacted` where the seal holds the reasoning itself and nothing stands beside it.
        item: the provider's id of the sealed item; empty when it has none.
        origin: the deployment that made it; empty when any of the family's takes it.
        digest: of the text that was sealed; empty when the text is not part of the seal.
    """

    family: str
    data: str
    kind: SealKind = "thinking"
    item: str = ""
    origin: str = ""
    digest: str = ""

    def covers(self, text: str) -> bool:
        """Whether the text beside the seal is the one that was sealed."""
        return not self.digest or self.digest == digest(text)


def digest(text: str) -> str:
    """A short digest of sealed text."""
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def enclose(seal: Seal) -> str:
    """The envelope: fields joined by points, the seal last."""
    item, origin = _coded(seal.item), _coded(seal.origin)
    return f"{_MARK}.{seal.family}.{seal.kind}.{item}.{origin}.{seal.digest}.{seal.data}"


def disclose(text: str) -> Seal | None:
    """The seal of an envelope; None for what is no envelope of ours."""
    if not text.startswith(_MARK + "."):
        return None
    fields = text.split(".", _FIELDS - 1)
    if len(fields) < _FIELDS or fields[2] not in {"thinking", "redacted"}:
        return None
    _, family, kind, item, origin, digested, data = fields
    try:
        return Seal(
            family, data, cast("SealKind", kind), _decoded(item), _decoded(origin), digested
        )
    except ValueError:
        return None


def claudes(seal: str) -> str:
    """The seal as Claude's providers take it; empty when it is another family's, or none."""
    found = disclose(seal)
    if found is None:
        return seal
    return found.data if found.family == CLAUDE else ""


def _coded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(text: str) -> str:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
