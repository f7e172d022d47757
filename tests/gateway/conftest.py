from __future__ import annotations

import pytest

from support.gateway import GatewayRunner


@pytest.fixture
async def runner(tmp_path):
    made = GatewayRunner(tmp_path)
    yield made
    await made.stop_all()
