"""Errors in Anthropic's form: the table for ours, and the reading of an upstream's.

It does not know when errors happen. Types: Anthropic API reference, errors (2026-11).
"""

from __future__ import annotations

import msgspec

from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.upstream_errors import failure
from vanguard.wire import anthropic_messages as wire

ERROR_TYPES: dict[type[VanguardError], str] = {
    errors.VanguardError: "api_error",
    errors.RequestError: "invalid_request_error",
    errors.InvalidRequest: "invalid_request_error",
    errors.UnsupportedFeature: "invalid_request_error",
    errors.RequestTooLarge: "request_too_large",
    errors.RouteNotFound: "not_found_error",
    errors.MethodNotAllowed: "invalid_request_error",
    errors.UnsupportedEncoding: "invalid_request_error",
    errors.ModelNotFound: "not_found_error",
    errors.AccessError: "authentication_error",
    errors.Unauthenticated: "authentication_error",
    errors.Forbidden: "permission_error",
    errors.LimitError: "rate_limit_error",
    errors.RateLimited: "rate_limit_error",
    errors.TooManyStreams: "rate_limit_error",
    errors.BudgetExceeded: "rate_limit_error",
    errors.UnboundedCost: "invalid_request_error",
    errors.PolicyError: "invalid_request_error",
    errors.ContentBlocked: "invalid_request_error",
    errors.GuardUnavailable: "api_error",
    errors.UpstreamError: "api_error",
    errors.UpstreamUnavailable: "overloaded_error",
    errors.UpstreamTimeout: "timeout_error",
    errors.UpstreamTruncated: "api_error",
    errors.UpstreamRejected: "invalid_request_error",
    errors.UpstreamRateLimited: "rate_limit_error",
    errors.UpstreamOverloaded: "overloaded_error",
    errors.PlatformError: "api_error",
    errors.InternalError: "api_error",
    errors.LedgerUnavailable: "api_error",
    errors.LimitsUnavailable: "api_error",
    errors.NotReady: "overloaded_error",
    errors.ShuttingDown: "overloaded_error",
    errors.ControlUnavailable: "api_error",
    errors.StoreUnavailable: "api_error",
    errors.SettingsError: "api_error",
    errors.WeightsUnavailable: "overloaded_error",
    errors.NotInstalled: "api_error",
    errors.Conflict: "invalid_request_error",
    errors.ReadingError: "invalid_request_error",
    errors.DocumentUnreadable: "invalid_request_error",
    errors.DocumentLocked: "invalid_request_error",
    errors.DocumentTooLarge: "request_too_large",
}

# "529 - overloaded_error: The API is temporarily overloaded" (API reference, errors, 2026-11)
_OVERLOADED = 529

# HTTP status of each type where it comes inside a stream, which has none of its own.
_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": _OVERLOADED,
}

_encoder = msgspec.json.Encoder()


class _Said(msgspec.Struct):
    type: str | None = None
    message: str | None = None


class _Envelope(msgspec.Struct):
    error: _Said | str | None = None
    message: str | None = None


_envelope = msgspec.json.Decoder(_Envelope)
_said = msgspec.json.Decoder(_Said | str)


def error_status(error: VanguardError) -> int:
    """The status of an error, where Anthropic has one of its own for it."""
    return _OVERLOADED if isinstance(error, errors.UpstreamOverloaded) else error.status


def error_body(error: VanguardError, request_id: str) -> bytes:
    """Anthropic's envelope, as JSON."""
    detail = wire.ErrorDetail(errors.nearest(ERROR_TYPES, error), error.message)
    return _encoder.encode(wire.ErrorEnvelope(detail, request_id or None))


def read_failure(status: int, body: bytes) -> VanguardError:
    """The error of an answer whose status is 400 or more; its body may be of any form."""
    try:
        envelope = _envelope.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return failure(status, body[:2000].decode(errors="replace"))
    said = envelope.error
    if isinstance(said, _Said):
        return failure(status, said.message or said.type or "")
    return failure(status, said or envelope.message or body[:2000].decode(errors="replace"))


def read_inline_failure(raw: msgspec.Raw | None) -> VanguardError:
    """The error of an `error` event inside a stream, or of a 200 answer that is one."""
    try:
        said = _said.decode(raw) if raw is not None else "no reason given"
    except msgspec.MsgspecError:
        said = bytes(raw or b"").decode(errors="replace")
    if isinstance(said, str):
        return failure(500, said)
    return failure(_STATUS_OF_TYPE.get(said.type or "", 500), said.message or said.type or "")
