"""Makes the state that the gateway starts from: a snapshot with everything on, and boot values.

It does not know control or the supervisor, which do this in the product.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from vanguard.core.ids import hash_secret
from vanguard.core.money import Price, Rates
from vanguard.snapshot.boot import GatewayBoot
from vanguard.snapshot.file import write_snapshot
from vanguard.snapshot.model import (
    Budget,
    Deployment,
    Key,
    Limits,
    Model,
    Scope,
    ScopeKind,
    Snapshot,
)

WORKER = "bench"
_CHAIN: tuple[tuple[str, ScopeKind], ...] = (
    ("org_bench", "organisation"),
    ("team_bench", "team"),
    ("user_bench", "user"),
)
_LIMITS = Limits(
    requests_per_minute=100_000_000,
    tokens_per_minute=100_000_000_000,
    concurrent_requests=1_000_000,
)
_BUDGET = Budget(10**15, "month")
_PRICE = Price("bench:price", "1", Rates(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000))


def snapshot(secret: str, base_url: str, models: tuple[str, ...]) -> Snapshot:
    """One key with every limit and a budget, as the API makes it; they are checked, never reached."""
    key_id = "key_bench"
    scopes = {id_: Scope(id_, kind, "bench") for id_, kind in _CHAIN}
    scopes[key_id] = Scope(key_id, "key", "bench", _LIMITS, _BUDGET)
    key = Key(
        key_id, hash_secret(secret), "bench", tuple(scopes), "org_bench", "team_bench", "user_bench"
    )
    deployments = {
        f"{name}/0-mock": Deployment(
            f"{name}/0-mock",
            "mock",
            "openai_chat",
            base_url,
            name,
            price=_PRICE,
            max_output_tokens=4_096,
            context_tokens=32_768,
        )
        for name in models
    }
    return Snapshot(
        1,
        time.time_ns() // 1_000_000,
        {key.hash: key},
        scopes,
        {name: Model(name, "chat", (f"{name}/0-mock",)) for name in models},
        deployments,
        {name: name for name in models},
    )


def make(home: Path, listener: int, secret: str, base_url: str, models: tuple[str, ...]) -> Path:
    """Fills a home folder; returns the path of the boot file."""
    journal = home / "journal" / WORKER
    journal.mkdir(parents=True)
    (home / "run").mkdir(mode=0o700)
    write_snapshot(home / "snapshot.json", snapshot(secret, base_url, models))
    boot = home / "run" / "gateway.json"
    value = GatewayBoot(
        worker=WORKER,
        public_fd=listener,
        snapshot_path=str(home / "snapshot.json"),
        journal_dir=str(journal),
        control_socket=str(home / "run" / "control.sock"),
    )
    boot.write_bytes(msgspec.json.encode(value))
    boot.chmod(0o600)
    return boot
