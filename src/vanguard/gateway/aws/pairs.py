"""Finds whose a request is that is signed with a key pair of the AWS door.

It does not know limits or models. A pair follows from the virtual key's hash and the master secret
(`vanguard.core.aws_pair`), so that nothing is kept for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vanguard.core.aws_pair import access_key_id, aws_pair
from vanguard.core.errors import Unauthenticated
from vanguard.gateway.http.messages import Request
from vanguard.snapshot.model import Key
from vanguard.wire.sigv4 import (
    ALGORITHM,
    Claim,
    Signable,
    matches,
    moment_s,
    payload_hash,
    read_claim,
)

# AWS's own tolerance (AWS General Reference, signature versions, 2026-11)
_SKEW_S = 300.0
_SERVICE = "bedrock"


def is_signed(request: Request) -> bool:
    """Whether a request says that it is signed."""
    value = request.header(b"authorization")
    return value is not None and value.lstrip().startswith(ALGORITHM.encode())


class Pairs:
    """Looks keys up by the public half of their pair.

    Args:
        resolve: the secret behind a reference.
    """

    def __init__(self, resolve: Callable[[str], bytes]) -> None:
        self._resolve = resolve
        self._keys: Mapping[str, Key] = {}
        self._by_id: dict[str, Key] = {}

    def find(self, keys: Mapping[str, Key], claim: Claim) -> Key | None:
        """The key of that pair in a snapshot; the index is made once for each."""
        if keys is not self._keys:
            self._keys = keys
            self._by_id = {access_key_id(key.hash): key for key in keys.values()}
        return self._by_id.get(claim.access_key_id)

    def check(self, request: Request, claim: Claim, key: Key, master: str, now_s: float) -> None:
        """Whether the request is what the holder of the pair signed, and signed just now.

        Args:
            request: whole, its body included.
            claim: what it says about its signature.
            key: whose pair it names.
            master: reference of the master secret.
            now_s: seconds since the epoch.

        Raises:
            Unauthenticated: it is not.
            UpstreamUnavailable: the master secret cannot be read.
        """
        if claim.place.service != _SERVICE:
            raise Unauthenticated(f"the signature must be for the service '{_SERVICE}'")
        if abs(moment_s(claim) - now_s) > _SKEW_S:
            raise Unauthenticated(
                "the signature is more than five minutes old or ahead; set the clock right"
            )
        digest = payload_hash(request.body)
        said = request.header(b"x-amz-content-sha256")
        if said is not None and said.decode("latin-1") != digest:
            raise Unauthenticated("x-amz-content-sha256 is not the hash of the body")
        signable = Signable(request.method, request.path, request.query, request.headers, digest)
        pair = aws_pair(key.hash, self._resolve(master))
        if not matches(signable, claim, pair.secret_access_key):
            raise Unauthenticated(
                "the signature does not match; check the secret access key, and that nothing between"
                " changes the path, the Host header or a signed header"
            )


def claim_of(request: Request) -> Claim:
    """What a signed request says about its signature.

    Raises:
        Unauthenticated: it is no signature that could be checked.
    """
    return read_claim(request.index)
