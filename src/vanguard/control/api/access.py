"""Decides who may use the API: the admin key, or a console session with its CSRF token.

It does not know routes. Secrets are compared as hashes, in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from typing import Annotated

from fastapi import Depends, Request

from vanguard.control.service import ControlService
from vanguard.core.clock import Clock
from vanguard.core.errors import Forbidden, RateLimited, Unauthenticated
from vanguard.core.ids import hash_secret

COOKIE = "vanguard_session"
CSRF_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FAILURES_AN_ADDRESS = 5
_FAILURES_ALTOGETHER = 50
_FAILURE_WINDOW_S = 60.0
_ADDRESSES_KEPT = 1_000


def service_of(request: Request) -> ControlService:
    """The control service that the app was made for."""
    found = request.app.state.control
    assert isinstance(found, ControlService)  # noqa: S101 - for the type checker
    return found


Service = Annotated[ControlService, Depends(service_of)]


def admin(request: Request, service: Service) -> str:
    """Lets the admin key or a valid session in; returns the actor for the audit trail.

    Raises:
        Unauthenticated: neither is given, or it is wrong.
        Forbidden: a session without its CSRF token, on a method that changes something.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() == "bearer" and is_admin_key(service, given.strip()):
            return "admin-key"
        raise Unauthenticated("this is not the admin key; send `Authorization: Bearer <admin key>`")
    token = request.cookies.get(COOKIE, "")
    if not token or not service.sessions.is_open(token):
        raise Unauthenticated("send `Authorization: Bearer <admin key>`, or log in to the console")
    if request.method not in _SAFE:
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), csrf_token(token).encode()):
            raise Forbidden("the X-CSRF-Token header is missing or wrong; load the page again")
    return "console"


Actor = Annotated[str, Depends(admin)]


def is_admin_key(service: ControlService, given: str) -> bool:
    """Whether this is the admin key."""
    return hmac.compare_digest(hash_secret(given), service.admin_hash)


def csrf_token(session_token: str) -> str:
    """The token that belongs to a session; only who can read answers of this site learns it."""
    return hashlib.sha256(b"csrf:" + session_token.encode()).hexdigest()[:40]


class LoginGuard:
    """Counts failed logins by address and altogether; too many close the door for a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Call before a login.

        Raises:
            RateLimited: too many failed within the last minute.
        """
        with self._lock:
            for name, most in (("", _FAILURES_ALTOGETHER), (address, _FAILURES_AN_ADDRESS)):
                recent = self._recent(name)
                if len(recent) >= most:
                    wait_s = recent[0] + _FAILURE_WINDOW_S - self._clock.monotonic()
                    raise RateLimited(
                        "too many failed logins; wait a minute", retry_after_s=max(1.0, wait_s)
                    )

    def failed(self, address: str) -> None:
        """Call after a failed login."""
        with self._lock:
            for name in ("", address):
                recent = [*self._recent(name), self._clock.monotonic()]
                self._failures[name] = recent
                self._failures.move_to_end(name)
            while len(self._failures) > _ADDRESSES_KEPT:
                self._failures.popitem(last=False)

    def _recent(self, name: str) -> list[float]:
        since = self._clock.monotonic() - _FAILURE_WINDOW_S
        return [at for at in self._failures.get(name, []) if at > since]
