"""Seals what may not lie open on a disk, such as the password of a document, until it has been used.

It does not know what is sealed. The secret by which it is done lies elsewhere than what is sealed: whoever
has the folder of documents alone can open nothing. Needs the extra `documents`, with which a library for
this comes along.
"""

from __future__ import annotations

import hashlib
import os

from vanguard.core.errors import StoreUnavailable

_NONCE_BYTES = 12


def seal(text: str, secret: str, about: str) -> bytes:
    """The text, encrypted and signed by AES-256-GCM.

    Args:
        text: what is to be sealed.
        secret: any text with at least 128 bits of chance in it.
        about: what it belongs to, such as a document's id; it opens for the same alone.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - an extra

    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, text.encode(), about.encode())


def unseal(sealed: bytes, secret: str, about: str) -> str:
    """The text.

    Raises:
        StoreUnavailable: it was sealed with another secret, for something else, or was changed.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    try:
        opened = AESGCM(_key(secret)).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise StoreUnavailable(f"what was sealed for {about} cannot be opened") from error
    return opened.decode()


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"vanguard seal 1\0" + secret.encode()).digest()
