"""Makes a provider's token counts safe to calculate with.

It does not know where a count came from.
"""

from __future__ import annotations

_MOST = 2**40


def sane_count(count: int | None) -> int:
    """A count between 0 and 2**40: nothing negative credits a budget, nothing endless breaks a sum."""
    return min(max(count or 0, 0), _MOST)
