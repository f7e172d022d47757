"""The shapes that the API takes and gives, as pydantic models; OpenAPI is made from them.

It does not know where values come from. Money is integer micro-dollars, times are RFC 3339 UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from vanguard.control.engine_state import EngineState
from vanguard.core.money import Price
from vanguard.snapshot.model import Deployment
from vanguard.store.keys import KeyRecord

# They break lines of logs and tables in two, and no database stores a NUL.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _visible(text: str) -> str:
    if _CONTROLS.search(text):
        raise PydanticCustomError("control_character", "Text should have no control characters")
    return text


_Visible = AfterValidator(_visible)
Label = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), _Visible
]
TagName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
TagValue = Annotated[str, StringConstraints(max_length=256), _Visible]
_LARGEST = 2**53 - 1  # what JavaScript can count


def moment(at_ms: int) -> datetime:
    """UTC milliseconds as a time."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def moment_or_none(at_ms: int | None) -> datetime | None:
    """UTC milliseconds as a time, None for None."""
    return None if at_ms is None else moment(at_ms)


class Body(BaseModel):
    """What a client sends: closed, so that a misspelt field is an error."""

    model_config = ConfigDict(extra="forbid")


class Login(Body):
    """The admin key."""

    key: Annotated[str, StringConstraints(max_length=1024)]


class LoggedIn(BaseModel):
    """Send the token as `X-CSRF-Token` with everything that changes something."""

    csrf_token: str


class KeyIn(Body):
    """A key to be made. What is not set has no limit."""

    name: Label
    organisation: Label = "default"
    team: Label = "default"
    user: Label | None = None
    models: list[Label] = Field([], max_length=200, description="Patterns; empty means all.")
    guardrails: list[Label] = Field([], max_length=50)
    requests_per_minute: int | None = Field(None, ge=1, le=2**31 - 1)
    tokens_per_minute: int | None = Field(None, ge=1, le=_LARGEST)
    concurrent_requests: int | None = Field(None, ge=1, le=2**31 - 1)
    budget_usd: Decimal | None = Field(
        None, ge=0, le=1_000_000_000, decimal_places=6, description="US dollars, such as `12.50`."
    )
    budget_window: Literal["total", "day", "month"] = "total"
    expires_in_days: float | None = Field(None, gt=0, le=36_500)
    tags: dict[TagName, TagValue] = Field({}, max_length=32)


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: str
    name: str
    hint: str
    organisation: str
    team: str
    user: str | None
    models: list[str]
    guardrails: list[str]
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent_requests: int | None
    budget_usd_micros: int | None
    budget_window: str
    spent_usd_micros: int = Field(description="In the current window.")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    tags: dict[str, str]


class KeyWithSecret(KeyOut):
    """A new or rotated key; the secret is shown this once."""

    secret: str


class AwsPairOut(BaseModel):
    """What an SDK of AWS is given to call the door under `/aws` as this key."""

    access_key_id: str
    secret_access_key: str


class Keys(BaseModel):
    """A list of keys, oldest first."""

    data: list[KeyOut]


class PriceOut(BaseModel):
    """Micro-dollars for a million tokens; `tiers` for longer inputs."""

    id: str
    version: str
    input_usd_micros_per_mtok: int
    output_usd_micros_per_mtok: int
    cache_read_usd_micros_per_mtok: int
    cache_write_usd_micros_per_mtok: int
    cache_write_1h_usd_micros_per_mtok: int
    request_usd_micros: int
    tiers_above_input_tokens: list[int]


class DeploymentOut(BaseModel):
    """One place that serves a model; a price of null is unknown."""

    id: str
    provider: str
    dialect: str
    base_url: str
    model: str
    price: PriceOut | None
    context_tokens: int | None
    max_output_tokens: int | None


class Deployments(BaseModel):
    """All deployments of all models."""

    data: list[DeploymentOut]


class ModelOut(BaseModel):
    """A public name."""

    name: str
    kind: str
    aliases: list[str]
    guardrails: list[str]
    deployments: list[DeploymentOut]


class Models(BaseModel):
    """All models."""

    data: list[ModelOut]


class ProviderOut(BaseModel):
    """A provider row."""

    name: str
    dialect: str
    base_url: str | None
    env: str | None
    has_prices: bool
    docs: str


class Providers(BaseModel):
    """All provider rows."""

    data: list[ProviderOut]


class EngineModelOut(BaseModel):
    """A model of the embedded engine."""

    name: str
    context_tokens: int
    ready: bool


class EngineOut(BaseModel):
    """The embedded engine; progress is 0 to 1, -1 when unknown."""

    state: str
    message: str
    progress: float
    chat: EngineModelOut | None
    embeddings: EngineModelOut | None


class WorkerOut(BaseModel):
    """How far a worker's journal is read."""

    offset: int
    lag_bytes: int


class IngestOut(BaseModel):
    """Reading of the usage journals."""

    workers: dict[str, WorkerOut]
    skipped_lines: int
    last_error: str | None


class Status(BaseModel):
    """How the control process is."""

    version: str
    started_at: datetime
    snapshot_version: int
    keys: int
    models: int
    engine: EngineOut
    ingest: IngestOut
    documents: dict[str, int] = Field({}, description="How many are in each state.")


class Reloaded(BaseModel):
    """What is in force after a reload.

    Attributes:
        restart_for: settings that this reload found changed, and that take effect at a start only.
    """

    snapshot_version: int
    models: list[str]
    warnings: list[str]
    restart_for: list[str] = []


class ErrorBody(BaseModel):
    """What was wrong."""

    code: str
    message: str
    param: str | None
    request_id: str


class ErrorOut(BaseModel):
    """The envelope of every error."""

    error: ErrorBody


def key_out(record: KeyRecord, spent_usd_micros: int) -> KeyOut:
    """A stored key for a client."""
    return KeyOut.model_validate(_key_fields(record, spent_usd_micros))


def key_with_secret(record: KeyRecord, spent_usd_micros: int, secret: str) -> KeyWithSecret:
    """A stored key and its secret, for the one answer that shows it."""
    return KeyWithSecret.model_validate(_key_fields(record, spent_usd_micros) | {"secret": secret})


def _key_fields(record: KeyRecord, spent_usd_micros: int) -> dict[str, Any]:
    limits, budget = record.limits, record.budget
    return {
        "id": record.id,
        "name": record.name,
        "hint": record.hint,
        "organisation": record.organisation,
        "team": record.team,
        "user": record.user or None,
        "models": list(record.models),
        "guardrails": list(record.guardrails),
        "requests_per_minute": limits.requests_per_minute,
        "tokens_per_minute": limits.tokens_per_minute,
        "concurrent_requests": limits.concurrent_requests,
        "budget_usd_micros": budget.amount_usd_micros if budget else None,
        "budget_window": budget.window if budget else "total",
        "spent_usd_micros": spent_usd_micros,
        "created_at": moment(record.created_at_ms),
        "expires_at": moment_or_none(record.expires_at_ms),
        "revoked_at": moment_or_none(record.revoked_at_ms),
        "last_used_at": moment_or_none(record.last_used_at_ms),
        "tags": record.tags,
    }


def deployment_out(deployment: Deployment) -> DeploymentOut:
    """A deployment for a client; credentials are not shown, not even their references."""
    return DeploymentOut(
        id=deployment.id,
        provider=deployment.provider,
        dialect=deployment.dialect,
        base_url=deployment.base_url,
        model=deployment.model,
        price=None if deployment.price is None else _price_out(deployment.price),
        context_tokens=deployment.context_tokens or None,
        max_output_tokens=deployment.max_output_tokens or None,
    )


def _price_out(price: Price) -> PriceOut:
    rates = price.rates
    return PriceOut(
        id=price.id,
        version=price.version,
        input_usd_micros_per_mtok=rates.input_usd_micros,
        output_usd_micros_per_mtok=rates.output_usd_micros,
        cache_read_usd_micros_per_mtok=rates.cache_read_usd_micros,
        cache_write_usd_micros_per_mtok=rates.cache_write_usd_micros,
        cache_write_1h_usd_micros_per_mtok=rates.cache_write_1h_usd_micros,
        request_usd_micros=price.request_usd_micros,
        tiers_above_input_tokens=[tier.above_input_tokens for tier in price.tiers],
    )


def engine_out(engine: EngineState) -> EngineOut:
    """The engine's state for a client, without its sockets."""
    models = {
        name: None
        if model is None
        else EngineModelOut(name=model.name, context_tokens=model.context_tokens, ready=model.ready)
        for name, model in (("chat", engine.chat), ("embeddings", engine.embeddings))
    }
    return EngineOut(
        state=engine.state,
        message=engine.message,
        progress=engine.progress,
        chat=models["chat"],
        embeddings=models["embeddings"],
    )
