"""Fixtures of everything that runs a gateway in the test's own event loop."""

from __future__ import annotations

import httpx
import pytest

from support.gateway import GatewayRunner


@pytest.fixture
async def runner(tmp_path):
    """Starts gateways; stops them all."""
    made = GatewayRunner(tmp_path)
    yield made
    await made.stop_all()


@pytest.fixture
async def client():
    """A plain HTTP client."""
    async with httpx.AsyncClient(timeout=10) as made:
        yield made
