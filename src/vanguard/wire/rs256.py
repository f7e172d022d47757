"""Signs with an RSA key as JSON web tokens want it (RS256), for the gateway has no library that does.

It does not know what is signed. Keys: PKCS #8 (RFC 5958) and PKCS #1 (RFC 8017, A.1.2) in PEM, without a
password; padding: RFC 8017, 9.2. Python's `pow` takes time that depends on the key, so this is for
signatures that nobody outside can ask for at will, such as one an hour for a service account.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import msgspec

_PEM = re.compile(
    r"-----BEGIN (?:RSA )?PRIVATE KEY-----(?P<body>.*?)-----END (?:RSA )?PRIVATE KEY-----",
    re.DOTALL,
)
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
# DigestInfo of SHA-256 (RFC 8017, 9.2, note 1)
_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
_LEAST_BITS = 2048


class RsaKey(msgspec.Struct, frozen=True):
    """A private key with its two primes, which make signing four times as fast."""

    modulus: int
    prime_1: int
    prime_2: int
    exponent_1: int
    exponent_2: int
    coefficient: int


def read_key(pem: str) -> RsaKey:
    """Reads a private key.

    Raises:
        ValueError: it is none, or one of less than 2,048 bits.
    """
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("there is no private key in PEM form")
    try:
        der = base64.b64decode("".join(found["body"].split()), validate=True)
        fields = _integers(_of_pkcs1(der))
    except (binascii.Error, IndexError) as error:
        raise ValueError("the private key is damaged") from error
    # version, modulus, public exponent, private exponent, then what follows
    if len(fields) < 9:
        raise ValueError("the private key is not one of RSA")
    key = RsaKey(fields[1], *fields[4:9])
    if key.modulus.bit_length() < _LEAST_BITS or key.prime_1 * key.prime_2 != key.modulus:
        raise ValueError(f"the private key is not one of RSA with {_LEAST_BITS} bits or more")
    return key


def sign(key: RsaKey, message: bytes) -> bytes:
    """The signature (RSASSA-PKCS1-v1_5 over SHA-256), as long as the modulus.

    Raises:
        ValueError: the key's numbers do not belong together.
    """
    size = (key.modulus.bit_length() + 7) // 8
    info = _PREFIX + hashlib.sha256(message).digest()
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    number = int.from_bytes(padded, "big")
    first = pow(number, key.exponent_1, key.prime_1)
    second = pow(number, key.exponent_2, key.prime_2)
    signed = second + key.prime_2 * ((first - second) * key.coefficient % key.prime_1)
    # a wrong half would give a prime away (Boneh, DeMillo, Lipton, 1997): nothing leaves unchecked
    if signed % key.prime_1 != first or signed % key.prime_2 != second:
        raise ValueError("the private key's numbers do not belong together")
    return signed.to_bytes(size, "big")


def _of_pkcs1(der: bytes) -> bytes:
    """The content of the RSAPrivateKey, which PKCS #8 holds in an octet string."""
    content, _ = _value(der, 0, _SEQUENCE)
    _, at = _value(content, 0, _INTEGER)
    if content[at] == _INTEGER:
        return content
    _, at = _value(content, at, _SEQUENCE)
    octets, _ = _value(content, at, _OCTETS)
    return _value(octets, 0, _SEQUENCE)[0]


def _integers(content: bytes) -> list[int]:
    found, at = [], 0
    while at < len(content) and content[at] == _INTEGER:
        value, at = _value(content, at, _INTEGER)
        found.append(int.from_bytes(value, "big"))
    return found


def _value(data: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """The content of one value of DER, and where the next one begins."""
    if data[at] != tag:
        raise ValueError("the private key is not one of RSA")
    size, start = data[at + 1], at + 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[at + 2 : start], "big")
    if start + size > len(data):
        raise ValueError("the private key is damaged")
    return data[start : start + size], start + size
