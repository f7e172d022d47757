"""Derives the key pair of AWS that belongs to a virtual key.

It does not know where the master secret is kept. Signatures of AWS are made with a secret that both sides
hold, and of a virtual key only the hash is kept: so the pair follows from that hash and from a master
secret that lies apart from it. A key that is rotated gets another pair, and so does everybody when the
master changes (docs/decisions/0012-aws-key-pairs.md).
"""

from __future__ import annotations

import base64
import hmac

import msgspec

# four letters as AWS has them (AKIA, ASIA), so that tools that look for keys know where these are from
_PREFIX = "VKIA"
_ID_BYTES = 10
_SECRET_BYTES = 30
_GENERATION = "vanguard-aws-pair-1"


class AwsPair(msgspec.Struct, frozen=True):
    """What an SDK of AWS is given."""

    access_key_id: str
    secret_access_key: str


def access_key_id(key_hash: str) -> str:
    """The public half, 20 letters and digits: the beginning of the hash, which tells nothing."""
    return _PREFIX + base64.b32encode(bytes.fromhex(key_hash)[:_ID_BYTES]).decode()


def aws_pair(key_hash: str, master: bytes) -> AwsPair:
    """Both halves, the secret one of 40 characters.

    Args:
        key_hash: SHA-256 of the virtual key's secret, in hex.
        master: the platform's own secret; never empty.

    Raises:
        ValueError: there is no master.
    """
    if not master:
        raise ValueError("the master secret of the AWS door is empty")
    public = access_key_id(key_hash)
    text = f"{_GENERATION}:{public}:{key_hash}".encode()
    secret = hmac.digest(master, text, "sha256")[:_SECRET_BYTES]
    return AwsPair(public, base64.b64encode(secret).decode())
