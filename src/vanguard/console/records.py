"""The shapes of the API's answers, as far as the console shows them.

It does not know HTTP. Fields that an answer lacks take their default, unknown ones are passed over,
so that console and control may be a version apart.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec

_NEVER = datetime.fromtimestamp(0, UTC)


class Engine(msgspec.Struct, frozen=True):
    """The embedded engine; `progress` is 0 to 1 within its state, -1 when unknown."""

    state: str = "unknown"
    message: str = ""
    progress: float = -1


class Worker(msgspec.Struct, frozen=True):
    """How far one gateway worker's journal is read."""

    offset: int = 0
    lag_bytes: int = 0


class Ingest(msgspec.Struct, frozen=True):
    """Reading of the usage journals."""

    workers: dict[str, Worker] = {}
    skipped_lines: int = 0
    last_error: str | None = None

    @property
    def lag_bytes(self) -> int:
        """Bytes written by the gateway and not yet in the ledger."""
        return sum(worker.lag_bytes for worker in self.workers.values())


class Status(msgspec.Struct, frozen=True):
    """How control is."""

    version: str = ""
    started_at: datetime = _NEVER
    snapshot_version: int = 0
    keys: int = 0
    models: int = 0
    engine: Engine = Engine()
    ingest: Ingest = Ingest()


class Price(msgspec.Struct, frozen=True):
    """Micro-dollars for a million tokens."""

    id: str = ""
    input_usd_micros_per_mtok: int = 0
    output_usd_micros_per_mtok: int = 0
    request_usd_micros: int = 0


class Deployment(msgspec.Struct, frozen=True):
    """One place that serves a model."""

    id: str
    provider: str = ""
    model: str = ""
    price: Price | None = None
    context_tokens: int | None = None


class Model(msgspec.Struct, frozen=True):
    """A public name; `kind` is `chat` or `embedding`."""

    name: str
    kind: str = "chat"
    aliases: tuple[str, ...] = ()
    deployments: tuple[Deployment, ...] = ()


class Usage(msgspec.Struct, frozen=True):
    """One row of a usage report, or its total."""

    key: str | None = None
    key_name: str | None = None
    model: str | None = None
    requests: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd_micros: int = 0
    unknown_price_requests: int = 0
    unsettled_requests: int = 0


class Report(msgspec.Struct, frozen=True):
    """A usage report."""

    data: tuple[Usage, ...] = ()
    total: Usage = Usage()


class Request(msgspec.Struct, frozen=True):
    """One attempt at one deployment, from the ledger."""

    request_id: str
    at: datetime
    attempt: int = 0
    key: str | None = None
    key_name: str | None = None
    model: str | None = None
    operation: str | None = None
    status: str | None = None
    retried: bool = False
    http_status: int | None = None
    error: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd_micros: int = 0
    price_unknown: bool = False
    first_token_ms: int | None = None
    duration_ms: int | None = None


Row = TypeVar("Row")


class Rows(msgspec.Struct, Generic[Row], frozen=True):
    """The envelope of a list."""

    data: tuple[Row, ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """What the platform says of an error, in the API's or the OpenAI dialect's envelope."""

    message: str = ""


class ProblemOut(msgspec.Struct, frozen=True):
    """The envelope of an error."""

    error: Problem = Problem()
