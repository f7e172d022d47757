"""Says which refusals of an upstream are its own affair, so that another may be asked.

It does not know how anybody is asked. Words and codes of accounts that cannot serve: OpenAI and Azure API
references, error codes; Anthropic API errors; google.api.ErrorReason; OpenRouter, errors; 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from vanguard.core.errors import (
    Forbidden,
    PolicyError,
    RequestTooLarge,
    UpstreamError,
    UpstreamOverloaded,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamUnavailable,
    VanguardError,
)
from vanguard.dialects.framing import ENVELOPED
from vanguard.dialects.registry import DIALECTS
from vanguard.dialects.sagemaker.errors import read_refusal
from vanguard.gateway.app import Gateway
from vanguard.gateway.aws import refusals as aws
from vanguard.gateway.call.awaited import renewed
from vanguard.gateway.call.retry_after import retry_after_s
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.google import refusals as google
from vanguard.gateway.google.tokens import lends
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.routing.refusals import cause_of
from vanguard.snapshot.model import Deployment

_RETRY_DELAY = re.compile(rb'"retryDelay"\s*:\s*"(\d{1,6}(?:\.\d{1,9})?)s"')
_FAILED = frozenset({408, 409, 425, 500, 502, 503, 504})
_LOOKED_AT_BYTES = 16_384
# what a client has sent cannot be mistaken for these: within JSON's strings its quotes have backslashes,
# and a message that repeats it does not begin with it
_UNSERVED = re.compile(
    rb'"(?:code|type|reason)"\s*:\s*"(?:model_not_found|DeploymentNotFound|billing_error|permission_error'
    rb'|unsupported_country_region_territory|SERVICE_DISABLED|BILLING_DISABLED|API_KEY_\w+|CONSUMER_\w+)"'
    rb'|"(?:message|error)"\s*:\s*"(?:model: |No endpoints found for |Could not resolve the foundation model'
    rb"|(?:The |Publisher )?models?\b[^\n]{0,300}?not (?:exist|found|been submitted for this account))",
    re.IGNORECASE,
)
# what one account alone can read, or knows; which one, this worker has not learned
_ELSEWHERE = re.compile(
    rb'"code"\s*:\s*"(?:invalid_encrypted_content|previous_response_not_found)"'
)
_UNPAID = re.compile(
    rb'"message"\s*:\s*"(?:Your credit balance is too low|This organization has been disabled)'
)


class Refusal(NamedTuple):
    """What an answer of status >= 400 means.

    Attributes:
        status: its own, or the one within it.
        wait_s: for how long it wants to be left alone, as far as it said.
        error: why somebody else is asked; None where the client reads the answer.
        body: what of the answer the client reads.
        for_good: whether this request need not come back.
        at_fault: whether the deployment is, whoever asks.
    """

    status: int
    wait_s: float | None
    error: UpstreamError | None
    body: bytes
    for_good: bool = False
    at_fault: bool = True


def elsewhere(
    deployment: Deployment,
    status: int,
    wait_s: float | None,
    body: bytes = b"",
    aws_type: str = "",
) -> UpstreamError | None:
    """The error of an answer of status >= 400 if asking elsewhere may help, None where the request is at fault.

    Args:
        deployment: who answered.
        status: what it answered; 401 is about the platform's credential, never the client's.
        wait_s: for how long it wants to be left alone, as far as it said.
        body: of the answer.
        aws_type: the bare name of an error of AWS's.
    """
    if wait_s is None and deployment.dialect == "google_generate":
        wait_s = _told_wait_s(body)
    if status in {429, 529}:
        message = f"deployment '{deployment.id}' is overloaded (HTTP {status})"
        kind = UpstreamRateLimited if status == 429 else UpstreamOverloaded
        return kind(message, retry_after_s=wait_s)
    if _refuses_us(deployment, status, body, aws_type):
        message = f"deployment '{deployment.id}' refused the platform's credential (HTTP {status})"
        return UpstreamUnavailable(message)
    if status in _FAILED:
        message = f"deployment '{deployment.id}' failed (HTTP {status})"
        return UpstreamUnavailable(message, retry_after_s=wait_s)
    return None


def understood(
    gateway: Gateway,
    exchange: Exchange,
    outcome: Outcome,
    headers: Sequence[tuple[bytes, bytes]],
    body: bytes,
    now_s: float,
) -> Refusal:
    """What an answer of status >= 400 means for a request; who refuses it for good is noted there.

    An account without money, or without the model, is left as one with a bad credential is; but when no
    other can be asked, its own words are the client's. So are those of a 403 or 404 that do not say whose
    fault it is: asking elsewhere may help, and blames nobody; a cloud's 403 names our account, and is told in
    other words. Where another account has made what this one
    cannot read, each is asked: the attempts are changed. So they may be where a token or a session was refused
    before its end: it is had anew, and blames nobody once.

    Args:
        gateway: who keeps tokens and sessions.
        exchange: the request.
        outcome: of the attempt, with the status of the answer's head.
        headers: names in lower case.
        body: of the answer.
        now_s: wall time, for a wait that was told as a date.
    """
    deployment, status = outcome.deployment, outcome.http_status
    wait_s = retry_after_s(headers, now_s)
    aws_type = aws.error_type(headers, body) if deployment.aws is not None else ""
    if deployment.dialect in ENVELOPED:
        status = meant_status(status, headers, body)
    elif deployment.aws is not None:
        status = aws.meant_status(status, aws_type, body)
    error = elsewhere(deployment, status, wait_s, body, aws_type)
    if error is not None:
        for_good = _refuses_us(deployment, status, body, aws_type)
        untaken = for_good and _untaken(deployment, status, body, aws_type)
        if untaken and renewed(gateway, exchange, outcome):
            return Refusal(status, None, error, body, at_fault=False)
        if for_good:
            exchange.refused |= {deployment.id}
        # Google says it in the body, which `elsewhere` has read
        return Refusal(status, error.retry_after_s, error, body, for_good)
    at_fault = account_at_fault(status, body)
    another_made = not at_fault and _another_made(status, body)
    unclear = status in {403, 404} and cause_of(status, body) is None
    if not (at_fault or another_made or unclear):
        return Refusal(status, wait_s, None, body, at_fault=False)
    exchange.refused |= {deployment.id}
    others_left = _accounts_left if another_made else partial(_others_left, failed=at_fault)
    if others_left(exchange, outcome):
        kind = UpstreamUnavailable if at_fault or another_made else UpstreamRejected
        error = kind(f"deployment '{deployment.id}' does not serve the request (HTTP {status})")
    # many deployments do not count tokens, and serve all the same
    at_fault = at_fault and exchange.door.operation != "count_tokens"
    if status == 403 and _of_a_cloud(deployment):
        body = _without_names(exchange, deployment)
    return Refusal(status, wait_s, error, body, for_good=True, at_fault=at_fault)


def account_at_fault(status: int, body: bytes) -> bool:
    """Whether a refusal says that the account can serve nobody: no money, no access, no such model."""
    said = body[:_LOOKED_AT_BYTES]
    if status == 400:
        return _UNPAID.search(said) is not None
    return status == 402 or (status in {403, 404} and _UNSERVED.search(said) is not None)


def _another_made(status: int, body: bytes) -> bool:
    """Whether a refusal is of an item, or of a stored response, that another account may have made."""
    return status in {400, 404} and _ELSEWHERE.search(body[:_LOOKED_AT_BYTES]) is not None


def _accounts_left(exchange: Exchange, outcome: Outcome) -> bool:
    """Has each account of the model asked that has not refused, however many there are; whether any has not.

    Whoever has merely failed may be the one that can read it, and may serve later.
    """
    course, done = exchange.lane.course.of(outcome.deployment), outcome.attempt + 1
    media = exchange.ask is not None and exchange.ask.media
    refusing = {course.accounts.get(one) for one in exchange.refused}
    made, left = exchange.attempts[:done], exchange.attempts[done:]
    known = {one.id for one in exchange.attempts}
    more = [one for one in course.able if one.id not in known and (one.reads_media or not media)]
    others = [one for one in (*left, *more) if course.accounts.get(one.id, one.id) not in refusing]
    exchange.attempts = (*made, *others)
    return any(one.id not in exchange.refused for one in exchange.attempts)


def _others_left(exchange: Exchange, outcome: Outcome, *, failed: bool) -> bool:
    """Whether anybody may be asked who has not refused; models behind this one only where it `failed`."""
    if any(one.id not in exchange.refused for one in exchange.attempts[outcome.attempt + 1 :]):
        return True
    course = exchange.lane.course
    first = exchange.ask is not None and outcome.deployment.id in course.ids
    return failed and first and course.falls_back_on("failure")


def meant_status(status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> int:
    """What an answer of SageMaker's means: its container's own status, or AWS's by the error's type."""
    kind = next((value for name, value in headers if name == b"x-amzn-errortype"), b"")
    return read_refusal(status, body, kind.decode("latin-1")).status


def of_upstream(error: VanguardError) -> UpstreamError:
    """An error that stood within an answer, whatever it is called there, is the upstream's."""
    if isinstance(error, RequestTooLarge):
        return UpstreamRejected(error.message)
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


def _of_a_cloud(deployment: Deployment) -> bool:
    """Whether refusals name accounts of ours; those of a container at SageMaker do not."""
    own = deployment.aws is not None or lends(deployment.credential)
    return own and deployment.dialect not in ENVELOPED


def _without_names(exchange: Exchange, deployment: Deployment) -> bytes:
    """A 403 in the form that the deployment speaks: the client may mend its request, and is told no more."""
    spoken = exchange.door.dialect
    if spoken not in {deployment.dialect, *deployment.also}:
        spoken = deployment.dialect
    error = Forbidden(
        f"deployment '{deployment.id}' may not use something that the request names, such as a file,"
        " a cache or a guardrail"
    )
    return DIALECTS[spoken].error_body(error, exchange.id)


def _refuses_us(deployment: Deployment, status: int, body: bytes, aws_type: str) -> bool:
    """Whether the platform's own credential is at fault."""
    if status == 403:
        if deployment.aws is not None:
            # a request names nothing of ours at an endpoint but the endpoint
            denied = deployment.dialect in ENVELOPED and aws_type == "AccessDeniedException"
            ours = denied or aws.refuses_us(aws_type, body)
        elif lends(deployment.credential):
            ours = google.refuses_us(body)
        else:
            return False
        # an account that can serve nobody is named there, and told to nobody
        return ours or account_at_fault(status, body)
    # the Gemini API finds a bad key to be a bad request (error ErrorInfo, 2026-11)
    bad_key = status == 400 and deployment.dialect == "google_generate"
    return status == 401 or (bad_key and b'"API_KEY_INVALID"' in body)


def _untaken(deployment: Deployment, status: int, body: bytes, aws_type: str) -> bool:
    """Whether the very token or session is no longer taken, where those are fetched."""
    if deployment.aws is not None:
        return aws.untaken(aws_type, body)
    return status == 401 and lends(deployment.credential)
