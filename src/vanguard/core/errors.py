"""The one tree of errors, each with its HTTP status, public code and whether a retry may help.

It does not know how an API family renders them: that is a table in each dialect.

VanguardError
├── RequestError          what the client sent cannot be served
│   ├── InvalidRequest · UnsupportedFeature · RequestTooLarge · RouteNotFound · MethodNotAllowed
│   └── UnsupportedEncoding · ModelNotFound
├── AccessError
│   ├── Unauthenticated · Forbidden
├── LimitError
│   ├── RateLimited · TooManyStreams · BudgetExceeded · UnboundedCost
├── PolicyError
│   ├── ContentBlocked · GuardUnavailable
├── UpstreamError         a model's provider failed
│   ├── UpstreamUnavailable · UpstreamTimeout · UpstreamTruncated · UpstreamRejected
│   └── UpstreamRateLimited · UpstreamOverloaded
├── ReadingError          a file cannot be read
│   ├── DocumentUnreadable · DocumentLocked · DocumentTooLarge
└── PlatformError         Vanguard itself cannot serve
    ├── InternalError · LedgerUnavailable · LimitsUnavailable · NotReady · ShuttingDown
    ├── ControlUnavailable
    ├── StoreUnavailable
    └── SettingsError · WeightsUnavailable · NotInstalled · Conflict
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeVar

Entry = TypeVar("Entry")


class VanguardError(Exception):
    """Root of the tree.

    Attributes:
        status: HTTP status code.
        code: public, stable, snake_case name.
        retryable: whether the same request may succeed later.
        message: what was wrong, where, and what to do; safe to show to the caller.
        param: the request field at fault, when one is.
        retry_after_s: seconds after which a retry makes sense, when known.
        request_id: of the answer that said so, where the error was read from one; else empty.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, param: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s
        self.request_id = ""


class RequestError(VanguardError):
    """The request itself is at fault."""

    status = 400
    code = "invalid_request"


class InvalidRequest(RequestError):
    """Malformed or contradictory request."""


class UnsupportedFeature(RequestError):
    """A valid field that the chosen model's API cannot carry (strict mode)."""

    code = "unsupported_feature"


class RequestTooLarge(RequestError):
    """The body or a head exceeds its limit."""

    status = 413
    code = "request_too_large"


class RouteNotFound(RequestError):
    """No such path."""

    status = 404
    code = "not_found"


class MethodNotAllowed(RequestError):
    """The path exists, the method does not."""

    status = 405
    code = "method_not_allowed"


class UnsupportedEncoding(RequestError):
    """The body came compressed."""

    status = 415
    code = "unsupported_encoding"


class ModelNotFound(RequestError):
    """No model of that name is configured, or the key may not use it."""

    status = 404
    code = "model_not_found"


class AccessError(VanguardError):
    """Who asks is unknown or not allowed."""

    status = 401
    code = "unauthenticated"


class Unauthenticated(AccessError):
    """No key, an unknown key, or a revoked or expired one."""


class Forbidden(AccessError):
    """A known key that may not do this."""

    status = 403
    code = "forbidden"


class LimitError(VanguardError):
    """A limit of the key or of one of its ancestors is reached.

    Attributes:
        limit: which, by its name among a key's fields or `budget`; empty where it is none of them.
        scope: whose, such as `team 'search'`; empty likewise.
    """

    status = 429
    code = "rate_limited"
    retryable = True
    limit = ""
    scope = ""


class RateLimited(LimitError):
    """Requests or tokens per minute."""


class TooManyStreams(LimitError):
    """Concurrent requests."""

    code = "too_many_streams"


class BudgetExceeded(LimitError):
    """The money of a budget is spent or reserved; waiting a moment does not help."""

    code = "budget_exceeded"
    retryable = False


class UnboundedCost(LimitError):
    """A hard budget applies and the cost of this request has no upper bound."""

    status = 400
    code = "unbounded_cost"
    retryable = False


class PolicyError(VanguardError):
    """A guardrail stands in the way."""

    status = 400
    code = "content_blocked"


class ContentBlocked(PolicyError):
    """A guardrail's rule matched and its action is to block."""


class GuardUnavailable(PolicyError):
    """A guardrail could not run, and its policy fails closed."""

    status = 503
    code = "guardrail_unavailable"
    retryable = True


class UpstreamError(VanguardError):
    """The provider of the model failed.

    Attributes:
        quotes: whether the message may repeat what the provider said, and with it text of the request
            or of the answer: then it is for the caller, and for no log.
    """

    status = 502
    code = "upstream_error"
    retryable = True
    quotes = True


class UpstreamUnavailable(UpstreamError):
    """No connection, or every deployment is failing."""

    status = 503
    code = "upstream_unavailable"
    quotes = False


class UpstreamTimeout(UpstreamError):
    """A deadline passed: connect, first byte, idle stream or whole request."""

    status = 504
    code = "upstream_timeout"
    quotes = False


class UpstreamTruncated(UpstreamError):
    """The answer ended before its end was said."""

    code = "upstream_truncated"
    quotes = False


class UpstreamRejected(UpstreamError):
    """The provider refused the request; its own words and status travel in the message."""

    status = 400
    code = "upstream_rejected"
    retryable = False


class UpstreamRateLimited(UpstreamError):
    """A quota at the provider is spent: it said 429."""

    status = 429
    code = "upstream_rate_limited"


class UpstreamOverloaded(UpstreamError):
    """The provider has too much to do for everybody, whoever asks: it said 529."""

    status = 503
    code = "upstream_overloaded"


class ReadingError(VanguardError):
    """A file that was to be read cannot be."""

    status = 422
    code = "document_unreadable"


class DocumentUnreadable(ReadingError):
    """It is broken, is no document, or what reads it gave up on it."""


class DocumentLocked(ReadingError):
    """It is encrypted, and no password or a wrong one was given."""

    code = "document_locked"


class DocumentTooLarge(ReadingError):
    """It has more pages, bytes or pixels than it may have."""

    status = 413
    code = "document_too_large"


class PlatformError(VanguardError):
    """Vanguard itself cannot serve this now."""


class InternalError(PlatformError):
    """A defect; the log has the details under the request id."""


class LedgerUnavailable(PlatformError):
    """The usage journal cannot be written, so no cost may be made."""

    status = 503
    code = "ledger_unavailable"
    retryable = True


class LimitsUnavailable(PlatformError):
    """Whoever counts limits and budgets for all workers does not answer, so none may be used."""

    status = 503
    code = "limits_unavailable"
    retryable = True


class NotReady(PlatformError):
    """Starting: no snapshot yet."""

    status = 503
    code = "not_ready"
    retryable = True


class ShuttingDown(PlatformError):
    """Draining before a stop."""

    status = 503
    code = "shutting_down"
    retryable = True


class ControlUnavailable(PlatformError):
    """The control process does not answer; model calls go on without it."""

    status = 503
    code = "control_unavailable"
    retryable = True


class StoreUnavailable(PlatformError):
    """The database does not answer or cannot be written."""

    status = 503
    code = "store_unavailable"
    retryable = True


class SettingsError(PlatformError):
    """A setting is wrong; the message names the place and the nearest right word."""

    code = "settings_error"


class WeightsUnavailable(PlatformError):
    """No source of the embedded model's weights could be used."""

    status = 503
    code = "weights_unavailable"


class NotInstalled(PlatformError):
    """What was asked for needs an extra that is not installed; the message says which."""

    status = 501
    code = "not_installed"


class Conflict(PlatformError):
    """The thing exists already or was changed meanwhile."""

    status = 409
    code = "conflict"


def nearest(table: Mapping[type[VanguardError], Entry], error: VanguardError) -> Entry:
    """The entry of the error's kind, or of the nearest kind above it that has one.

    A kind of a module's own is told as the kind of the tree that it is one of.

    Raises:
        StopIteration: the table has none of them.
    """
    return next(table[kind] for kind in type(error).__mro__ if kind in table)
