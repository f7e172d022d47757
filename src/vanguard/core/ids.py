"""Makes ids and secrets, and hashes secrets for storing.

It does not know what an id names; the prefix is the caller's.
"""

from __future__ import annotations

import hashlib
import random
import secrets
import time

# seeded by the operating system; ids must be unique, not secret
_random_bits = random.Random().getrandbits  # noqa: S311 - see above


_RANDOM_BITS = 72
# above the 11 digits of a moment: keeps the zeros before them
_LEADING = 1 << (_RANDOM_BITS + 44)


def new_id(prefix: str, at_ms: int = 0) -> str:
    """A sortable id: `prefix_` + 11 hex digits of milliseconds + 18 random ones (72 bits).

    Args:
        prefix: what the id names.
        at_ms: wall time, milliseconds since 1970; now when 0.
    """
    # as one number: to format two with their widths takes half as long again
    moment = (at_ms or time.time_ns() // 1_000_000) << _RANDOM_BITS
    return f"{prefix}_{hex(_LEADING | moment | _random_bits(_RANDOM_BITS))[3:]}"


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
