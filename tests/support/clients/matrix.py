"""Names the cell of the compatibility matrix that a test proves."""

from __future__ import annotations

import pytest


def proves(client: str, what: str, upstream: str) -> pytest.MarkDecorator:
    """A mark; its three texts must be written out, because the gate reads them without running."""
    return pytest.mark.proves(client=client, what=what, upstream=upstream)
