"""Where the calendar window of a budget starts.

It does not know who spends. Control and gateway use this one function, so they never disagree.
"""

from __future__ import annotations

from datetime import UTC, datetime

from vanguard.snapshot.model import Window

_DAY_MS = 86_400_000


def window_start_ms(window: Window, now_ms: int) -> int:
    """Start of the window that holds `now_ms`, UTC milliseconds; 0 for `total`."""
    if window == "total":
        return 0
    if window == "day":
        return now_ms - now_ms % _DAY_MS
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(first.timestamp()) * 1000
