"""One line of a diagnosis.

It does not know how it was found or how it is shown.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it is, and what to do when it is not well."""

    check: str
    level: Level
    text: str
    advice: str = ""


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", text)


def warn(check: str, text: str, advice: str) -> Finding:
    """It works, but not as well as it could, or not for long."""
    return Finding(check, "warn", text, advice)


def fail(check: str, text: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(check, "fail", text, advice)
