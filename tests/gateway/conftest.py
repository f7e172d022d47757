from __future__ import annotations

import httpx
import pytest

from support.gateway import GatewayRunner


@pytest.fixture
async def runner(tmp_path):
    made = GatewayRunner(tmp_path)
    yield made
    await made.stop_all()


@pytest.fixture
async def client():
    async with httpx.AsyncClient(timeout=10) as made:
        yield made
