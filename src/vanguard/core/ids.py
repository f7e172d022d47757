"""Makes ids and secrets, and hashes secrets for storing.

It does not know what an id names; the prefix is the caller's.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_RANDOM_BITS = 72


def new_id(prefix: str) -> str:
    """A sortable id: `prefix_` + 10 characters of milliseconds + 15 random ones (72 bits)."""
    number = (time.time_ns() // 1_000_000 << 75) | int.from_bytes(os.urandom(9), "big")
    characters = []
    for _ in range(25):
        characters.append(_ALPHABET[number & 31])
        number >>= 5
    return f"{prefix}_{''.join(reversed(characters))}"


def new_secret(prefix: str = "vk") -> str:
    """A secret with 192 random bits that a person can paste, such as `vk-…` (35 characters)."""
    return f"{prefix}-{secrets.token_urlsafe(24)}"


def hash_secret(secret: str | bytes) -> str:
    """SHA-256 of a secret in hex (64 characters).

    Secrets are random (192 bits), so a slow password hash would add cost and no safety.
    """
    raw = secret.encode() if isinstance(secret, str) else secret
    return hashlib.sha256(raw).hexdigest()


def hint(secret: str) -> str:
    """The part of a secret that may be shown again, such as `vk-Ab3d…x9Qz`."""
    return f"{secret[:7]}…{secret[-4:]}" if len(secret) > 16 else "…"
