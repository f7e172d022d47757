"""One encoder and one engine process for all tests that need them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.engine import EngineProcess, running_engine, small_weights
from vanguard.serving.engines.encoder import Encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder(threads=1)


@pytest.fixture(scope="session")
def engine() -> Iterator[EngineProcess]:
    """The real engine; only for tests marked e2e, and left running by each."""
    small_weights()
    with running_engine() as running:
        yield running
