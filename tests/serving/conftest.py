"""One encoder for all tests that need one."""

from __future__ import annotations

import pytest

from vanguard.serving.engines.encoder import Encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder(threads=1)
