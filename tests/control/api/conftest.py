"""What the API's tests share: a ledger with something in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.records import T0_MS, intent, journal_bytes, settled
from vanguard.control.boot import ControlBoot
from vanguard.control.service import ControlService


@pytest.fixture
def ledger(service: ControlService, boot: ControlBoot) -> None:
    """Two settled requests on two days, a failed one, and an open one."""
    folder = Path(boot.journal_root) / "w0"
    folder.mkdir(parents=True)
    records = [
        intent("req_a", tags={"app": "x"}, session="chat-1"),
        settled("req_a"),
        intent("req_b", at_ms=T0_MS + 86_400_000, model="=cmd()"),
        settled("req_b", at_ms=T0_MS + 86_400_000, cost_usd_micros=50, price_unknown=True),
        intent("req_c", at_ms=T0_MS + 86_400_001),
        settled(
            "req_c", status="failed", at_ms=T0_MS + 86_400_001, cost_usd_micros=0, http_status=0
        ),
        intent("req_d", at_ms=T0_MS + 86_400_002),
    ]
    (folder / f"{0:020}.journal").write_bytes(journal_bytes(*records))
    service.tend()
