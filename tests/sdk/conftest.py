"""A server for each test, and nothing of the machine's own Vanguard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.api_server import ApiServer


@pytest.fixture
def api() -> Iterator[ApiServer]:
    with ApiServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("URL", "API_KEY", "ADMIN_KEY", "HOME"):
        monkeypatch.delenv(f"VANGUARD_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
