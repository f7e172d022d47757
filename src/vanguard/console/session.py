"""Who is signed in: reads the session cookie of a connection and asks whether it still holds.

It does not know how sessions are opened, kept or ended; that is control's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie

COOKIE = "vanguard_session"
IsValid = Callable[[str], bool]
Headers = Iterable[tuple[bytes, bytes]]


class Session:
    """One browser's session, as it was when its page was made."""

    def __init__(self, token: str, is_valid: IsValid) -> None:
        self._token = token
        self._is_valid = is_valid

    def holds(self) -> bool:
        """Whether somebody is still signed in; asked anew before everything that acts."""
        return bool(self._token) and self._is_valid(self._token)


def session_of(headers: Headers, is_valid: IsValid) -> Session:
    """The session that a request's or an upgrade's cookie names."""
    return Session(token_in(headers), is_valid)


def token_in(headers: Headers) -> str:
    """The session cookie's value, empty when there is none or the header cannot be read."""
    for name, value in headers:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if found is not None:
                return found.value
    return ""
