"""What SageMaker's refusals mean, and the errors within its streams: whose fault, with which status.

It does not know what a container's own errors say: they are in its dialect, and only unwrapped here.
Names and statuses: SageMaker runtime API reference, InvokeEndpoint and InvokeEndpointWithResponseStream,
and AWS's common errors (2026-11).
"""

from __future__ import annotations

import re

import msgspec

from vanguard.core.errors import (
    UpstreamError,
    UpstreamTimeout,
    UpstreamTruncated,
    UpstreamUnavailable,
    VanguardError,
)
from vanguard.dialects.upstream_errors import failure, quoting
from vanguard.wire.event_stream import Message

_WORDS = 2000
_MODEL_ERROR = 424
# AWS's own types, whatever status they come with
_STATUSES = {
    "ThrottlingException": 429,
    "Throttling": 429,
    "TooManyRequestsException": 429,
    "ModelNotReadyException": 503,
    "InternalDependencyException": 503,
    "ServiceUnavailable": 503,
    "InternalFailure": 500,
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "IncompleteSignature": 403,
    "InvalidClientTokenId": 403,
    "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403,
    "UnrecognizedClientException": 403,
}
_STREAM_FAILURES: dict[str, type[UpstreamError]] = {
    "ModelInvocationTimeExceeded": UpstreamTimeout,
    "StreamBroken": UpstreamTruncated,
}
# an account's number is nobody's business but its owner's
_ACCOUNT = re.compile(r"\b\d{12}\b")
_GONE = re.compile(r"(?i)not found|does not exist|not in service|could not find")


class _Said(msgspec.Struct, rename="pascal"):
    message: str | None = None
    error_code: str | None = None
    original_status_code: int | None = None
    original_message: str | None = None


class _Lower(msgspec.Struct):
    message: str | None = None
    type: str | None = msgspec.field(default=None, name="__type")


class Refusal(msgspec.Struct, frozen=True):
    """An answer of status >= 400.

    Attributes:
        status: that of the container where it refused, else the one that AWS means.
        body: the container's own, empty where AWS itself has refused.
        words: AWS's, without numbers of accounts.
    """

    status: int
    body: bytes
    words: str


_said = msgspec.json.Decoder(_Said)
_lower = msgspec.json.Decoder(_Lower)


def read_refusal(status: int, body: bytes, kind: str = "") -> Refusal:
    """Whose refusal it is and what it means.

    Args:
        status: of the answer, 400 or more.
        body: of the answer, of any form.
        kind: the header `x-amzn-errortype`, empty where that is not known.
    """
    said, lower = _decoded(body)
    kind = (kind or lower.type or "").rsplit("#", 1)[-1].split(":", 1)[0]
    words = said.message or lower.message or body[:_WORDS].decode(errors="replace")
    words = _ACCOUNT.sub("************", words)
    if status == _MODEL_ERROR or said.original_status_code is not None:
        told = said.original_status_code or 0
        original = (said.original_message or "").encode()
        return Refusal(told if 400 <= told <= 599 else 500, original, words)
    if kind in _STATUSES:
        return Refusal(_STATUSES[kind], b"", words)
    if status == 530:
        return Refusal(503, b"", words)
    if status == 400 and _GONE.search(words):
        # the endpoint, or a component of it: nothing that a client could mend
        return Refusal(503, b"", words)
    return Refusal(status, b"", words)


def stream_failure(message: Message) -> VanguardError | None:
    """The error that a frame of a stream tells, None when it is an event."""
    headers = message.headers
    kind = headers.get(":message-type")
    if kind == "error":
        code, words = str(headers.get(":error-code", "")), str(headers.get(":error-message", ""))
        return failure(500, _ACCOUNT.sub("************", f"{code}: {words}".strip(": ")))
    if kind != "exception":
        return None
    name = str(headers.get(":exception-type", ""))
    said, lower = _decoded(message.payload)
    words = said.message or lower.message or name
    text = f"the model's endpoint broke off: {_ACCOUNT.sub('************', words)[:_WORDS]}"
    if name == "InternalStreamFailure":
        return quoting(UpstreamUnavailable(text))
    return quoting(_STREAM_FAILURES.get(said.error_code or "", UpstreamError)(text))


def _decoded(body: bytes) -> tuple[_Said, _Lower]:
    """A body's members, written either way; none where it cannot be read."""
    try:
        return _said.decode(body), _lower.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Said(), _Lower()
