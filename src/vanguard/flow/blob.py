"""What bytes are called: by their own hash, so that the same bytes have one name everywhere.

It does not know where they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec


class Blob(msgspec.Struct, frozen=True):
    """Bytes, by name.

    Attributes:
        sha256: of the bytes, 64 hexadecimal digits.
        size_bytes: how many they are.
    """

    sha256: str
    size_bytes: int


def blob_of(data: bytes) -> Blob:
    """The name of these bytes."""
    return Blob(hashlib.sha256(data).hexdigest(), len(data))


def hash_of(parts: Iterable[bytes]) -> str:
    """One hash of several values, each bounded by its length, so that no two lists collide."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
