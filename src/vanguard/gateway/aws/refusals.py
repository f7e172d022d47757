"""Reads what AWS's refusals mean: their types say more than their statuses do.

It does not know who is asked next. Types and words: Bedrock runtime API reference, InvokeModel and Converse;
AWS's common errors; Bedrock, troubleshooting API error codes (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from vanguard.wire.bedrock_converse import Failure

_MODEL_ERROR = 424
_BAD_GATEWAY = 502
# of a model that did not take the request, or was not asked in time
_REQUESTS = frozenset({400, 413, 422})
_PASSING = frozenset({408, 429})
_SPENT = frozenset(
    {
        "ServiceQuotaExceededException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
# the credential itself is not taken: another one may be
_UNTAKEN = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidToken",
        "UnrecognizedClient",
        "UnrecognizedClientException",
    }
)
# our clock, our signature, our account
_OURS = _UNTAKEN | {
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}

_LOOKED_AT_BYTES = 16_384
# a client's own words come back behind others, or with backslashes before their quotes
_DENIED = re.compile(
    rb'"message"\s*:\s*"(?:'
    rb"User: \S{1,2048} is not authorized to perform: (?:bedrock:(?:Invoke|Converse|Count|CallWith)|sagemaker:Invoke)"
    rb"|You don't have access to the model|Model access is denied|Your account is not authorized"
    rb"|Access to this model is not available|Bearer Token|Authentication failed|Invalid API Key"
    rb"|Missing Authentication Token|The security token included in the request|Signature expired"
    rb"|The request signature we calculated)",
    re.IGNORECASE,
)
_EXPIRED = re.compile(
    rb'"message"\s*:\s*"The security token included in the request is (?:expired|invalid)',
    re.IGNORECASE,
)

_failure = msgspec.json.Decoder(Failure)


def error_type(headers: Sequence[tuple[bytes, bytes]], body: bytes) -> str:
    """The bare name of an error, such as `ThrottlingException`; empty where none is told.

    Args:
        headers: names in lower case.
        body: of the answer, of any form.
    """
    for name, value in headers:
        if name == b"x-amzn-errortype":
            return _bare(value.decode("latin-1"))
    return _bare(_read(body).type or "")


def meant_status(status: int, kind: str, body: bytes) -> int:
    """The status that an answer of Bedrock's would have anywhere else.

    Args:
        status: its own, 400 or more; what is spent or expired is a bad request there.
        kind: the error's bare name.
        body: of the answer; a model's failure says there with which status it failed.
    """
    if kind in _SPENT:
        return 429
    if kind in _OURS:
        return 403
    if status == _MODEL_ERROR:
        told = _read(body).original_status_code or 0
        if told in _REQUESTS:
            return status
        return told if told in _PASSING or 500 <= told <= 599 else _BAD_GATEWAY
    return status


def refuses_us(kind: str, body: bytes) -> bool:
    """Whether a 403 is about who the platform is, or what its account may use, whatever was asked of it."""
    return kind in _OURS or _DENIED.search(body[:_LOOKED_AT_BYTES]) is not None


def untaken(kind: str, body: bytes) -> bool:
    """Whether the session itself has ended, or was ended: with another the request may be taken."""
    return kind in _UNTAKEN or _EXPIRED.search(body) is not None


def _read(body: bytes) -> Failure:
    try:
        return _failure.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Failure()


def _bare(written: str) -> str:
    return written.rsplit("#", 1)[-1].split(":", 1)[0]
