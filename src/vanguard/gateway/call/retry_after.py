"""Reads how long an upstream wants to be left alone.

It does not know whether anybody will wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_LONGEST_S = 3600.0


def retry_after_s(headers: Sequence[tuple[bytes, bytes]], now_s: float) -> float | None:
    """Seconds to wait, 0 to 3600, from either form of the header (RFC 9110, 10.2.3)."""
    for name, value in headers:
        if name == b"retry-after":
            text = value.decode("latin-1").strip()
            try:
                wait_s = float(text)
            except ValueError:
                try:
                    utc = text.replace("GMT", "+0000")
                    moment = datetime.strptime(utc, "%a, %d %b %Y %H:%M:%S %z")
                except ValueError:
                    return None
                wait_s = moment.timestamp() - now_s
            return max(0.0, min(wait_s, _LONGEST_S))
    return None
