"""Reads how long an upstream wants to be left alone.

It does not know whether anybody will wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_LONGEST_S = 3600.0


def retry_after_s(headers: Sequence[tuple[bytes, bytes]], now_s: float) -> float | None:
    """Seconds to wait, 0 to 3600, from either form of the header (RFC 9110, 10.2.3).

    OpenAI and Azure also tell milliseconds, which go before it (OpenAI's SDK for Python, 2026-11).
    """
    wait_s = None
    for name, value in headers:
        if name == b"retry-after-ms":
            told_ms = _number(value)
            if told_ms is not None:
                wait_s = told_ms / 1000
                break
        elif name == b"retry-after" and wait_s is None:
            wait_s = _number(value)
            if wait_s is None:
                wait_s = _until(value, now_s)
    return None if wait_s is None else max(0.0, min(wait_s, _LONGEST_S))


def _number(value: bytes) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _until(value: bytes, now_s: float) -> float | None:
    utc = value.decode("latin-1").strip().replace("GMT", "+0000")
    try:
        moment = datetime.strptime(utc, "%a, %d %b %Y %H:%M:%S %z")
    except ValueError:
        return None
    return moment.timestamp() - now_s
