"""Turns an error answer back into the error of the tree that it was made from.

It does not know how answers arrive.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vanguard.core import errors as tree

BY_CODE: Mapping[str, type[tree.VanguardError]] = {
    kind.code: kind
    for kind in (
        tree.InvalidRequest,
        tree.UnsupportedFeature,
        tree.RequestTooLarge,
        tree.RouteNotFound,
        tree.MethodNotAllowed,
        tree.UnsupportedEncoding,
        tree.ModelNotFound,
        tree.Unauthenticated,
        tree.Forbidden,
        tree.RateLimited,
        tree.TooManyStreams,
        tree.BudgetExceeded,
        tree.UnboundedCost,
        tree.ContentBlocked,
        tree.GuardUnavailable,
        tree.UpstreamError,
        tree.UpstreamUnavailable,
        tree.UpstreamTimeout,
        tree.UpstreamTruncated,
        tree.UpstreamRejected,
        tree.UpstreamRateLimited,
        tree.UpstreamOverloaded,
        tree.InternalError,
        tree.LedgerUnavailable,
        tree.LimitsUnavailable,
        tree.NotReady,
        tree.ShuttingDown,
        tree.ControlUnavailable,
        tree.StoreUnavailable,
        tree.SettingsError,
        tree.WeightsUnavailable,
        tree.NotInstalled,
        tree.Conflict,
        tree.DocumentUnreadable,
        tree.DocumentLocked,
        tree.DocumentTooLarge,
    )
}
_BY_STATUS: Mapping[int, type[tree.VanguardError]] = {
    401: tree.Unauthenticated,
    403: tree.Forbidden,
    404: tree.RouteNotFound,
    405: tree.MethodNotAllowed,
    409: tree.Conflict,
    413: tree.RequestTooLarge,
    415: tree.UnsupportedEncoding,
    429: tree.RateLimited,
    500: tree.InternalError,
    501: tree.NotInstalled,
    502: tree.UpstreamError,
    503: tree.UpstreamUnavailable,
    504: tree.UpstreamTimeout,
    529: tree.UpstreamOverloaded,
}


class _Fault(msgspec.Struct):
    message: str = ""
    code: str | int | None = None
    param: str | None = None
    request_id: str | None = None


class _Envelope(msgspec.Struct):
    error: _Fault


def read_error(
    status: int, body: bytes, *, request_id: str = "", retry_after: str = ""
) -> tree.VanguardError:
    """The error that an answer means.

    Args:
        status: HTTP status; also decides where the answer names no code of ours.
        body: the answer's body, in the envelope of OpenAI or of the management API.
        request_id: from the answer's headers.
        retry_after: the header, seconds.
    """
    try:
        fault = msgspec.json.decode(body, type=_Envelope).error
    except msgspec.MsgspecError:
        fault = _Fault()
    kind = BY_CODE.get(str(fault.code)) or _BY_STATUS.get(status)
    if kind is None:
        kind = tree.InvalidRequest if 400 <= status < 500 else tree.UpstreamError
    request_id = request_id or fault.request_id or ""
    message = fault.message or f"the server answered with HTTP status {status}"
    if kind.status >= 500 and request_id and request_id not in message:
        message += f" (request {request_id})"
    error = kind(message, param=fault.param, retry_after_s=_seconds(retry_after))
    error.request_id = request_id
    return error


def _seconds(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:  # absent, or a date
        return None
