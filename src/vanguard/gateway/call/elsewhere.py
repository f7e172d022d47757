"""Says which refusals of an upstream are its own affair, so that another may be asked.

It does not know whether there is another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vanguard.core.errors import (
    PolicyError,
    UpstreamError,
    UpstreamOverloaded,
    UpstreamRateLimited,
    UpstreamUnavailable,
    VanguardError,
)
from vanguard.dialects.framing import ENVELOPED
from vanguard.dialects.registry import DIALECTS
from vanguard.dialects.sagemaker.errors import read_refusal
from vanguard.gateway.call.retry_after import retry_after_s
from vanguard.gateway.relay.contract import Relay
from vanguard.snapshot.model import Deployment

_RETRY_DELAY = re.compile(rb'"retryDelay"\s*:\s*"(\d{1,6}(?:\.\d{1,9})?)s"')
_FAILED = frozenset({408, 409, 425, 500, 502, 503, 504})


def elsewhere(
    deployment: Deployment, status: int, wait_s: float | None, body: bytes = b""
) -> UpstreamError | None:
    """The error of an answer of status >= 400 if asking elsewhere may help, None where the request is at fault.

    Args:
        deployment: who answered.
        status: what it answered; 401 is about the platform's credential, never the client's.
        wait_s: for how long it wants to be left alone, as far as it said.
        body: of the answer.
    """
    if wait_s is None and deployment.dialect == "google_generate":
        wait_s = _told_wait_s(body)
    if status in {429, 529}:
        message = f"deployment '{deployment.id}' is overloaded (HTTP {status})"
        kind = UpstreamRateLimited if status == 429 else UpstreamOverloaded
        return kind(message, retry_after_s=wait_s)
    if _refuses_us(deployment, status, body):
        message = f"deployment '{deployment.id}' refused the platform's credential (HTTP {status})"
        return UpstreamUnavailable(message)
    if status in _FAILED:
        message = f"deployment '{deployment.id}' failed (HTTP {status})"
        return UpstreamUnavailable(message, retry_after_s=wait_s)
    return None


def understood(
    deployment: Deployment,
    status: int,
    headers: Sequence[tuple[bytes, bytes]],
    body: bytes,
    now_s: float,
) -> tuple[int, float | None, UpstreamError | None]:
    """What an answer of status >= 400 means: its status, the wait that it asks for, and as `elsewhere` says.

    Args:
        deployment: who answered.
        status: as it stood in the head.
        headers: names in lower case.
        body: of the answer.
        now_s: wall time, for a wait that was told as a date.
    """
    wait_s = retry_after_s(headers, now_s)
    if deployment.dialect in ENVELOPED:
        status = meant_status(status, headers, body)
    return status, wait_s, elsewhere(deployment, status, wait_s, body)


def meant_status(status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> int:
    """What an answer of SageMaker's means: its container's own status, or AWS's by the error's type."""
    kind = next((value for name, value in headers if name == b"x-amzn-errortype"), b"")
    return read_refusal(status, body, kind.decode("latin-1")).status


def of_upstream(error: VanguardError) -> UpstreamError:
    """An error that stood within an answer, whatever it is called there, is the upstream's."""
    return error if isinstance(error, UpstreamError) else UpstreamError(error.message)


def told_within(dialect: str, status: int, body: bytes) -> VanguardError | bytes:
    """A refusal's words, for a stream whose head a ping has sent: they can be told within it only."""
    return DIALECTS[dialect].reader().failure(status, body)


def read_before(relay: Relay, error: VanguardError) -> tuple[bytes, VanguardError]:
    """What came in one read with an error and before it; a guardrail ends the answer before the error does."""
    if isinstance(error, PolicyError):
        return b"", error
    try:
        return relay.feed(b""), error
    except VanguardError as another:
        return b"", another if isinstance(another, PolicyError) else error


def _told_wait_s(body: bytes) -> float | None:
    """For how long Google wants to be left alone: it says so in the body (google.rpc.RetryInfo, 2026-11)."""
    found = _RETRY_DELAY.search(body)
    return None if found is None else float(found[1])


def _refuses_us(deployment: Deployment, status: int, body: bytes) -> bool:
    """Whether the platform's own credential is at fault."""
    if status == 403:
        # AWS and Vertex say so in words that name our account
        return deployment.aws is not None or deployment.credential.startswith("google:")
    # the Gemini API finds a bad key to be a bad request (error ErrorInfo, 2026-11)
    bad_key = status == 400 and deployment.dialect == "google_generate"
    return status == 401 or (bad_key and b'"API_KEY_INVALID"' in body)
