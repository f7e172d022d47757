"""Errors in the form of AWS: the table for ours, and the reading of an upstream's.

It does not know when errors happen. Names and statuses: Bedrock runtime API reference, common errors
and the errors of Converse and InvokeModel (2026-11).
"""

from __future__ import annotations

import msgspec

from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.upstream_errors import failure
from vanguard.wire import bedrock_converse as wire
from vanguard.wire.event_stream import Message, encode

_INTERNAL = "InternalServerException"
_VALIDATION = "ValidationException"
_UNAVAILABLE = "ServiceUnavailableException"
_THROTTLED = "ThrottlingException"
_MODEL = "ModelErrorException"
_ACCESS = "AccessDeniedException"
_NOT_FOUND = "ResourceNotFoundException"

ERROR_TYPES: dict[type[VanguardError], str] = {
    errors.VanguardError: _INTERNAL,
    errors.RequestError: _VALIDATION,
    errors.InvalidRequest: _VALIDATION,
    errors.UnsupportedFeature: _VALIDATION,
    errors.RequestTooLarge: _VALIDATION,
    errors.UnsupportedEncoding: _VALIDATION,
    errors.RouteNotFound: "UnknownOperationException",
    errors.MethodNotAllowed: _VALIDATION,
    errors.UnsupportedEncoding: _VALIDATION,
    errors.ModelNotFound: _NOT_FOUND,
    errors.AccessError: _ACCESS,
    errors.Unauthenticated: _ACCESS,
    errors.Forbidden: _ACCESS,
    errors.LimitError: _THROTTLED,
    errors.RateLimited: _THROTTLED,
    errors.TooManyStreams: _THROTTLED,
    errors.BudgetExceeded: "ServiceQuotaExceededException",
    errors.UnboundedCost: _VALIDATION,
    errors.PolicyError: _VALIDATION,
    errors.ContentBlocked: _VALIDATION,
    errors.GuardUnavailable: _UNAVAILABLE,
    errors.UpstreamError: _MODEL,
    errors.UpstreamUnavailable: _UNAVAILABLE,
    errors.UpstreamTimeout: "ModelTimeoutException",
    errors.UpstreamTruncated: _MODEL,
    errors.UpstreamRejected: _VALIDATION,
    errors.UpstreamRateLimited: _THROTTLED,
    errors.UpstreamOverloaded: _UNAVAILABLE,
    errors.PlatformError: _INTERNAL,
    errors.InternalError: _INTERNAL,
    errors.LedgerUnavailable: _UNAVAILABLE,
    errors.LimitsUnavailable: _UNAVAILABLE,
    errors.NotReady: _UNAVAILABLE,
    errors.ShuttingDown: _UNAVAILABLE,
    errors.ControlUnavailable: _UNAVAILABLE,
    errors.StoreUnavailable: _UNAVAILABLE,
    errors.SettingsError: _INTERNAL,
    errors.WeightsUnavailable: _UNAVAILABLE,
    errors.NotInstalled: _INTERNAL,
    errors.Conflict: "ConflictException",
    errors.ReadingError: _VALIDATION,
    errors.DocumentUnreadable: _VALIDATION,
    errors.DocumentLocked: _VALIDATION,
    errors.DocumentTooLarge: _VALIDATION,
}

# AWS's own status of each type. ServiceQuotaExceededException is 400 there, which its SDKs do not
# retry: a spent budget gains nothing by waiting.
STATUSES: dict[str, int] = {
    _INTERNAL: 500,
    _VALIDATION: 400,
    _UNAVAILABLE: 503,
    _THROTTLED: 429,
    _MODEL: 424,
    _ACCESS: 403,
    _NOT_FOUND: 404,
    "UnknownOperationException": 404,
    "ServiceQuotaExceededException": 400,
    "ModelTimeoutException": 408,
    "ConflictException": 400,
    "ModelNotReadyException": 429,
}
# what a stream's exception means that is none of these, modelStreamErrorException above all: "retry your
# request" (Bedrock runtime API reference, ConverseStream, 2026-11), its 424 notwithstanding
_FAILED = 500

# The exceptions that a stream's shape has; what it does not have is told as the model's failure.
_IN_STREAM = {
    _INTERNAL: "internalServerException",
    _VALIDATION: "validationException",
    _THROTTLED: "throttlingException",
    _UNAVAILABLE: "serviceUnavailableException",
}
_IN_STREAM_OTHERWISE = "modelStreamErrorException"
_JSON = "application/json"

_encode = msgspec.json.Encoder().encode
_failure = msgspec.json.Decoder(wire.Failure)


def error_type(error: VanguardError) -> str:
    """AWS's name of an error, as its SDKs raise it."""
    return errors.nearest(ERROR_TYPES, error)


def error_status(error: VanguardError) -> int:
    """AWS's status of an error."""
    return STATUSES[error_type(error)]


def error_body(error: VanguardError) -> bytes:
    """The envelope, as JSON; the same type goes into the header `x-amzn-errortype`."""
    return _encode({"__type": error_type(error), "message": error.message})


def exception_frame(body: bytes) -> bytes:
    """An error envelope as the frame that ends a stream."""
    said = _failure.decode(body)
    headers = {
        ":exception-type": _IN_STREAM.get(said.type or "", _IN_STREAM_OTHERWISE),
        ":content-type": _JSON,
        ":message-type": "exception",
    }
    return encode(headers, _encode({"message": said.message or ""}))


def event_frame(kind: str, payload: bytes) -> bytes:
    """One event of a stream."""
    return encode({":event-type": kind, ":content-type": _JSON, ":message-type": "event"}, payload)


def read_failure(status: int, body: bytes) -> VanguardError:
    """The error of an answer whose status is 400 or more; its body may be of any form."""
    try:
        said = _failure.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return failure(status, body[:2000].decode(errors="replace"))
    return failure(status, said.message or said.type or body[:2000].decode(errors="replace"))


def inline_failure(message: Message) -> VanguardError | None:
    """The error that a frame of a stream tells, None when it is an event."""
    headers = message.headers
    kind = headers.get(":message-type")
    if kind == "error":
        code, words = str(headers.get(":error-code", "")), str(headers.get(":error-message", ""))
        return failure(500, f"{code}: {words}".strip(": "))
    if kind != "exception":
        return None
    written = str(headers.get(":exception-type", ""))
    name = written[:1].upper() + written[1:]
    try:
        said = _failure.decode(message.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        words = message.payload[:2000].decode(errors="replace")
        return failure(STATUSES.get(name, _FAILED), words or name)
    status = said.original_status_code or 0
    if not 400 <= status <= 599:
        status = STATUSES.get(name, _FAILED)
    return failure(status, said.original_message or said.message or name)
