"""Errors in Google's form: the table for ours, and the reading of an upstream's.

It does not know when errors happen. Codes: google.rpc.Code and google.rpc.Status (2026-11).
"""

from __future__ import annotations

import msgspec

from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.upstream_errors import failure
from vanguard.wire import google_generate as wire

ERROR_STATUSES: dict[type[VanguardError], str] = {
    errors.VanguardError: "INTERNAL",
    errors.RequestError: "INVALID_ARGUMENT",
    errors.InvalidRequest: "INVALID_ARGUMENT",
    errors.UnsupportedFeature: "INVALID_ARGUMENT",
    errors.RequestTooLarge: "INVALID_ARGUMENT",
    errors.RouteNotFound: "NOT_FOUND",
    errors.MethodNotAllowed: "INVALID_ARGUMENT",
    errors.ModelNotFound: "NOT_FOUND",
    errors.AccessError: "UNAUTHENTICATED",
    errors.Unauthenticated: "UNAUTHENTICATED",
    errors.Forbidden: "PERMISSION_DENIED",
    errors.LimitError: "RESOURCE_EXHAUSTED",
    errors.RateLimited: "RESOURCE_EXHAUSTED",
    errors.TooManyStreams: "RESOURCE_EXHAUSTED",
    errors.UnsupportedEncoding: "INVALID_ARGUMENT",
    errors.BudgetExceeded: "RESOURCE_EXHAUSTED",
    errors.UnboundedCost: "FAILED_PRECONDITION",
    errors.PolicyError: "INVALID_ARGUMENT",
    errors.ContentBlocked: "INVALID_ARGUMENT",
    errors.GuardUnavailable: "UNAVAILABLE",
    errors.UpstreamError: "INTERNAL",
    errors.UpstreamUnavailable: "UNAVAILABLE",
    errors.UpstreamTimeout: "DEADLINE_EXCEEDED",
    errors.UpstreamTruncated: "INTERNAL",
    errors.UpstreamRejected: "INVALID_ARGUMENT",
    errors.UpstreamRateLimited: "RESOURCE_EXHAUSTED",
    errors.UpstreamOverloaded: "UNAVAILABLE",
    errors.PlatformError: "INTERNAL",
    errors.InternalError: "INTERNAL",
    errors.LedgerUnavailable: "UNAVAILABLE",
    errors.LimitsUnavailable: "UNAVAILABLE",
    errors.NotReady: "UNAVAILABLE",
    errors.ShuttingDown: "UNAVAILABLE",
    errors.ControlUnavailable: "UNAVAILABLE",
    errors.StoreUnavailable: "UNAVAILABLE",
    errors.SettingsError: "INTERNAL",
    errors.WeightsUnavailable: "UNAVAILABLE",
    errors.NotInstalled: "UNIMPLEMENTED",
    errors.Conflict: "ALREADY_EXISTS",
    errors.ReadingError: "INVALID_ARGUMENT",
    errors.DocumentUnreadable: "INVALID_ARGUMENT",
    errors.DocumentLocked: "INVALID_ARGUMENT",
    errors.DocumentTooLarge: "INVALID_ARGUMENT",
}

# HTTP status of each code where it comes inside a stream without a number.
_HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "INTERNAL": 500,
    "UNKNOWN": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}

_encode = msgspec.json.Encoder().encode


class _Said(msgspec.Struct):
    code: int | None = None
    message: str | None = None
    status: str | None = None


class _Envelope(msgspec.Struct):
    error: _Said | str | None = None
    message: str | None = None


_envelope = msgspec.json.Decoder(_Envelope, strict=False)
_list = msgspec.json.Decoder(list[_Envelope], strict=False)
_said = msgspec.json.Decoder(_Said | str, strict=False)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def error_body(error: VanguardError, request_id: str) -> bytes:
    """Google's envelope, as JSON; our own code is the reason in its details."""
    info: dict[str, object] = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": error.code.upper(),
        "domain": "vanguard",
    }
    metadata = {"request_id": request_id, "param": error.param}
    info["metadata"] = {name: value for name, value in metadata.items() if value}
    details = [info]
    if error.retry_after_s is not None:
        details.append(
            {
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": f"{max(1, round(error.retry_after_s + 0.5))}s",
            }
        )
    detail = wire.ErrorDetail(
        error.status, error.message, errors.nearest(ERROR_STATUSES, error), details
    )
    return _encode(wire.ErrorEnvelope(detail))


def read_failure(status: int, body: bytes) -> VanguardError:
    """The error of an answer whose status is 400 or more; its body may be of any form.

    Google's streams in the form of an array hold their one error in an array, too.
    """
    try:
        found = _list.decode(body)[:1] if body.lstrip()[:1] == b"[" else [_envelope.decode(body)]
    except _UNREADABLE:
        return failure(status, body[:2000].decode(errors="replace"))
    envelope = found[0] if found else _Envelope()
    said = envelope.error
    if isinstance(said, _Said):
        return failure(status, said.message or said.status or "")
    return failure(status, said or envelope.message or body[:2000].decode(errors="replace"))


def read_inline_failure(raw: msgspec.Raw) -> VanguardError:
    """The error of an `error` member inside an answer that began well."""
    try:
        said = _said.decode(raw)
    except msgspec.MsgspecError:
        return failure(500, bytes(raw).decode(errors="replace"))
    if isinstance(said, str):
        return failure(500, said)
    status = said.code if said.code is not None and 400 <= said.code <= 599 else None
    status = status or _HTTP_STATUS.get(said.status or "", 500)
    return failure(status, said.message or said.status or "")
