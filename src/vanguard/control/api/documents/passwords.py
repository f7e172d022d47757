"""The password of an encrypted PDF out of a request: a header or a form's field, and never the URL.

It does not know what becomes of it. No message repeats it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from vanguard.core.errors import InvalidRequest

PASSWORD: Final = "password"  # noqa: S105 - the name of a field
PASSWORD_HEADER: Final = "X-Document-Password"  # noqa: S105 - the name of a header
_MOST = 1_000


def password_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """The password that a header says; empty for none.

    Raises:
        InvalidRequest: the URL has one, or the header cannot be read.
    """
    if PASSWORD in query:
        raise InvalidRequest(
            "a password does not belong into a URL, which logs keep:"
            f" send it as the header {PASSWORD_HEADER} or as a field of the form",
            param=PASSWORD,
        )
    try:
        return checked_password(unquote(headers.get(PASSWORD_HEADER, ""), errors="strict"))
    except UnicodeDecodeError:
        raise InvalidRequest(
            f"{PASSWORD_HEADER}: write percent-encoded UTF-8", param=PASSWORD
        ) from None


def checked_password(password: str) -> str:
    """The same.

    Raises:
        InvalidRequest: it is too long for one, or cannot be written.
    """
    if len(password) > _MOST or any("\ud800" <= letter <= "\udfff" for letter in password):
        raise InvalidRequest(f"a password has at most {_MOST:,} characters", param=PASSWORD)
    return password
