"""Errors in OpenAI's form: the table for ours, and the reading of an upstream's.

It does not know when errors happen. Types: OpenAI API reference, error codes (2026-11).
"""

from __future__ import annotations

import msgspec

from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.upstream_errors import failure
from vanguard.wire import openai_chat as wire

ERROR_TYPES: dict[type[VanguardError], str] = {
    errors.VanguardError: "server_error",
    errors.RequestError: "invalid_request_error",
    errors.InvalidRequest: "invalid_request_error",
    errors.UnsupportedFeature: "invalid_request_error",
    errors.RequestTooLarge: "invalid_request_error",
    errors.RouteNotFound: "invalid_request_error",
    errors.MethodNotAllowed: "invalid_request_error",
    errors.UnsupportedEncoding: "invalid_request_error",
    errors.ModelNotFound: "invalid_request_error",
    errors.AccessError: "authentication_error",
    errors.Unauthenticated: "authentication_error",
    errors.Forbidden: "permission_error",
    errors.LimitError: "rate_limit_error",
    errors.RateLimited: "rate_limit_error",
    errors.TooManyStreams: "rate_limit_error",
    errors.BudgetExceeded: "insufficient_quota",
    errors.UnboundedCost: "invalid_request_error",
    errors.PolicyError: "invalid_request_error",
    errors.ContentBlocked: "invalid_request_error",
    errors.GuardUnavailable: "server_error",
    errors.UpstreamError: "server_error",
    errors.UpstreamUnavailable: "server_error",
    errors.UpstreamTimeout: "server_error",
    errors.UpstreamTruncated: "server_error",
    errors.UpstreamRejected: "invalid_request_error",
    errors.UpstreamRateLimited: "rate_limit_error",
    errors.UpstreamOverloaded: "server_error",
    errors.PlatformError: "server_error",
    errors.InternalError: "server_error",
    errors.LedgerUnavailable: "server_error",
    errors.LimitsUnavailable: "server_error",
    errors.NotReady: "server_error",
    errors.ShuttingDown: "server_error",
    errors.ControlUnavailable: "server_error",
    errors.StoreUnavailable: "server_error",
    errors.SettingsError: "server_error",
    errors.WeightsUnavailable: "server_error",
    errors.NotInstalled: "server_error",
    errors.Conflict: "invalid_request_error",
    errors.ReadingError: "invalid_request_error",
    errors.DocumentUnreadable: "invalid_request_error",
    errors.DocumentLocked: "invalid_request_error",
    errors.DocumentTooLarge: "invalid_request_error",
}

_encoder = msgspec.json.Encoder()

# What an error inside a 200 answer means, where no HTTP status says it.
_STATUS_OF_TYPE = {
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "overloaded_error": 529,
    "server_overloaded": 529,
    "invalid_request_error": 400,
    "BadRequestError": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "timeout_error": 504,
}


class _Said(msgspec.Struct):
    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | int | None = None


class _Envelope(msgspec.Struct):
    error: _Said | str | None = None
    message: str | None = None
    detail: msgspec.Raw = msgspec.Raw()
    code: str | int | None = None


_envelope = msgspec.json.Decoder(_Envelope, strict=False)
_said = msgspec.json.Decoder(_Said | str, strict=False)


def error_body(error: VanguardError) -> bytes:
    """OpenAI's envelope, as JSON."""
    detail = wire.ErrorDetail(
        error.message, errors.nearest(ERROR_TYPES, error), error.param, error.code
    )
    return _encoder.encode(wire.ErrorEnvelope(detail))


def read_failure(status: int, body: bytes) -> VanguardError:
    """The error of an answer whose status is 400 or more; its body may be of any form."""
    try:
        envelope = _envelope.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return failure(status, body[:2000].decode(errors="replace"))
    said = envelope.error
    if isinstance(said, _Said):
        return failure(status, said.message or said.type or "", said.param)
    if said is None and envelope.message is None and bytes(envelope.detail):
        said = bytes(envelope.detail).decode(errors="replace")
    return failure(status, said or envelope.message or body[:2000].decode(errors="replace"))


def read_inline_failure(raw: msgspec.Raw) -> VanguardError:
    """The error of an `error` member inside an answer that began well."""
    try:
        said = _said.decode(raw)
    except msgspec.MsgspecError:
        return failure(500, bytes(raw).decode(errors="replace"))
    if isinstance(said, str):
        return failure(500, said)
    status = _status(said.code) or _status(said.type)
    return failure(status or 500, said.message or said.type or "", said.param)


def _status(code: str | int | None) -> int | None:
    """An HTTP status written as a code, or the one that a type stands for."""
    if isinstance(code, str) and code.isdecimal():
        code = int(code)
    if isinstance(code, int):
        return code if 400 <= code <= 599 else None
    return _STATUS_OF_TYPE.get(code or "")
