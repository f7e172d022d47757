"""Makes the state that the gateway starts from: a snapshot with everything on, and boot values.

It does not know control or the supervisor, which do this in the product.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.models import BenchModel
from vanguard.compose.supervisor.home import MAX_SOCKET_PATH_BYTES
from vanguard.core.ids import hash_secret
from vanguard.core.money import Price, Rates
from vanguard.core.policy import Policy, Rule
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
    UpstreamTls,
)

SNAPSHOT, JOURNALS = "snapshot.json", "journal"
DIALECTS = {"openai": "openai_chat", "anthropic": "anthropic_messages"}
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
# two patterns as teams write them; nothing in requests or answers matches
_POLICY = Policy(
    "bench",
    (
        Rule("email", r"\b[\w.+-]+@[\w-]+\.[\w.]{2,}\b"),
        Rule("iban", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b"),
    ),
)


@dataclass(frozen=True)
class Upstreams:
    """Where the upstream listens, in the clear and behind TLS (0: not at all).

    Attributes:
        authority: PEM file of whoever signed its certificate; empty without TLS.
    """

    port: int
    tls_port: int = 0
    authority: str = ""

    def base_url(self, model: BenchModel) -> str:
        """What a deployment of the model is told."""
        if model.tls:
            return f"https://127.0.0.1:{self.tls_port}/v1"
        return f"http://127.0.0.1:{self.port}/v1"


def snapshot(secret: str, upstreams: Upstreams, models: tuple[BenchModel, ...]) -> Snapshot:
    """One key with every limit and a budget, as the API makes it; they are checked, never reached."""
    key_id = "key_bench"
    scopes = {id_: Scope(id_, kind, "bench") for id_, kind in _CHAIN}
    scopes[key_id] = Scope(key_id, "key", "bench", _LIMITS, _BUDGET)
    key = Key(
        key_id, hash_secret(secret), "bench", tuple(scopes), "org_bench", "team_bench", "user_bench"
    )
    models = tuple(model for model in models if upstreams.tls_port or not model.tls)
    names = {model.name: f"{model.name}/0-mock" for model in models}
    return Snapshot(
        1,
        time.time_ns() // 1_000_000,
        {key.hash: key},
        scopes,
        {
            model.name: Model(
                model.name,
                "chat",
                (names[model.name],),
                policies=(_POLICY.name,) if model.guarded else (),
            )
            for model in models
        },
        {names[model.name]: _deployment(model, upstreams) for model in models},
        {name: name for name in names},
        policies={_POLICY.name: _POLICY},
    )


def _deployment(model: BenchModel, upstreams: Upstreams) -> Deployment:
    return Deployment(
        f"{model.name}/0-mock",
        "mock",
        DIALECTS[model.upstream],
        upstreams.base_url(model),
        model.name,
        price=_PRICE,
        max_output_tokens=4_096,
        context_tokens=4_000_000,
        tls=UpstreamTls(ca_file=upstreams.authority) if model.tls else UpstreamTls(),
    )


def limits_socket(home: Path) -> Path:
    """Where limits are lent.

    Raises:
        ValueError: the path is too long for a socket.
    """
    path = home / "run" / "limits.sock"
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise ValueError(f"{path} is too long for a socket; set TMPDIR to a shorter folder")
    return path


def make(
    home: Path,
    listener: int,
    made: Snapshot,
    boot_values: dict[str, str] | None = None,
    workers: int = 1,
) -> list[Path]:
    """Fills a home folder; returns the paths of the boot files, one for each worker.

    Args:
        home: where.
        listener: descriptor of the public socket, inherited.
        made: what control would have published.
        boot_values: fields of `GatewayBoot` that are to differ from the product's, as text.
        workers: how many there are.

    Raises:
        ValueError: there is no such field, or it takes no such value.
    """
    (home / JOURNALS).mkdir(parents=True)
    (home / "run").mkdir(mode=0o700)
    write_snapshot(home / SNAPSHOT, made)
    boots = []
    for number in range(workers):
        name = f"gateway-{number}"
        value = GatewayBoot(
            worker=name,
            public_fd=listener,
            snapshot_path=str(home / SNAPSHOT),
            journal_dir=str(home / JOURNALS / name),
            journal_root=str(home / JOURNALS),
            metrics_dir=str(home / "run" / "metrics") if workers > 1 else "",
            limits_socket=str(limits_socket(home)),
            control_socket=str(home / "run" / "control.sock"),
        )
        boot = home / "run" / f"{name}.json"
        boot.write_bytes(msgspec.json.encode(with_values(value, boot_values or {})))
        boot.chmod(0o600)
        boots.append(boot)
    return boots


def with_values(value: GatewayBoot, texts: dict[str, str]) -> GatewayBoot:
    """Boot values with some fields replaced.

    Raises:
        ValueError: there is no such field, or it takes no such value.
    """
    unknown = texts.keys() - {field.name for field in msgspec.structs.fields(GatewayBoot)}
    if unknown:
        raise ValueError(f"the gateway has no boot value {', '.join(sorted(unknown))}")
    try:
        return msgspec.convert(
            {**msgspec.to_builtins(value), **texts}, type=GatewayBoot, strict=False
        )
    except msgspec.ValidationError as error:
        raise ValueError(f"the gateway takes no such boot value: {error}") from error
