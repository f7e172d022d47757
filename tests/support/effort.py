"""How many examples a property deserves, as a share of what the Hypothesis profile gives one.

It does not know the tests. The profiles, from a quick look to a night, are in `tests/conftest.py`.
"""

from __future__ import annotations

from hypothesis import settings

LEAST = 5


def times(factor: float) -> int:
    """That many times the profile's examples, but a handful at least."""
    return max(LEAST, round(settings.default.max_examples * factor))
