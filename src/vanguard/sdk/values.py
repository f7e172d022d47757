"""What the client takes and gives, as frozen values.

They do not know how they travel. Money is integer micro-dollars, times are UTC. Fields that a newer
server adds are ignored; those that an older one lacks have defaults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypedDict

import msgspec

from vanguard.core.usage import Usage


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a conversation; a mapping in OpenAI's shape serves as well."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_call_id: str = ""


Messages = str | Sequence[Message | Mapping[str, Any]]


class ChatOptions(TypedDict, total=False):
    """What a chat may say besides its messages; `extra` holds any other field of OpenAI's API."""

    system: str
    max_tokens: int
    temperature: float
    top_p: float
    stop: str | Sequence[str]
    tools: Sequence[Mapping[str, Any]]
    tool_choice: str | Mapping[str, Any]
    response_format: Mapping[str, Any]
    reasoning_effort: str
    seed: int
    logprobs: bool
    extra: Mapping[str, Any]


class KeyOptions(TypedDict, total=False):
    """What a key may be given; what is not set has no limit."""

    organisation: str
    team: str
    user: str
    models: Sequence[str]
    guardrails: Sequence[str]
    requests_per_minute: int
    tokens_per_minute: int
    concurrent_requests: int
    budget_usd: str | int | float | Decimal
    budget_window: Literal["total", "day", "month"]
    expires_in_days: float
    tags: Mapping[str, str]


class ToolCall(msgspec.Struct, frozen=True):
    """A call that the model asks for; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


class Token(msgspec.Struct, frozen=True):
    """A token of an answer and the natural logarithm of its probability.

    Attributes:
        text: its own letters; part of a letter has none that can be told.
        raw: its bytes, where the server tells them: letters may be split among tokens.
    """

    text: str
    logprob: float
    raw: bytes | None = None


class Timings(msgspec.Struct, frozen=True):
    """How long an answer took, as this client saw it.

    Attributes:
        first_token_ms: until the first text, None when the answer was not streamed or had none.
        total_ms: until the end.
        tokens_per_s: output tokens for each second after the first token (of the whole time when
            not streamed); None when too little came to tell.
    """

    total_ms: float
    first_token_ms: float | None = None
    tokens_per_s: float | None = None


class ChatReply(msgspec.Struct, frozen=True):
    """A whole answer.

    Attributes:
        usage: None when the server told none.
        finish_reason: `stop`, `length`, `tool_calls`, `content_filter`, or the provider's own.
        tokens: of the text, where `logprobs` was asked for and the server gives them.
    """

    text: str
    model: str
    timings: Timings
    finish_reason: str = ""
    usage: Usage | None = None
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    id: str = ""
    request_id: str = ""
    tokens: tuple[Token, ...] = ()


class Delta(msgspec.Struct, frozen=True):
    """A piece of a streamed answer; at least one field has text."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""


class Embeddings(msgspec.Struct, frozen=True):
    """One vector for each text, in order."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
    usage: Usage | None = None


class Price(msgspec.Struct, frozen=True):
    """Micro-dollars for a million tokens, and for each request."""

    id: str = ""
    version: str = ""
    input_usd_micros_per_mtok: int = 0
    output_usd_micros_per_mtok: int = 0
    cache_read_usd_micros_per_mtok: int = 0
    cache_write_usd_micros_per_mtok: int = 0
    cache_write_1h_usd_micros_per_mtok: int = 0
    request_usd_micros: int = 0
    tiers_above_input_tokens: tuple[int, ...] = ()


class Deployment(msgspec.Struct, frozen=True):
    """One place that serves a model; a price of None is unknown."""

    id: str
    provider: str
    dialect: str
    base_url: str
    model: str
    price: Price | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None


class ModelInfo(msgspec.Struct, frozen=True):
    """A public name. Only the name is known when it was asked for without an admin key."""

    name: str
    kind: str = ""
    aliases: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    deployments: tuple[Deployment, ...] = ()


class Provider(msgspec.Struct, frozen=True):
    """A provider that settings may name."""

    name: str
    dialect: str
    base_url: str | None = None
    env: str | None = None
    has_prices: bool = False
    docs: str = ""


class Key(msgspec.Struct, frozen=True):
    """A key without its secret; None means no limit, never, or not yet."""

    id: str
    name: str
    hint: str = ""
    organisation: str = ""
    team: str = ""
    user: str | None = None
    models: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent_requests: int | None = None
    budget_usd_micros: int | None = None
    budget_window: str = "total"
    spent_usd_micros: int = 0
    created_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    tags: dict[str, str] = {}


class NewKey(Key, frozen=True, kw_only=True):
    """A key just made or rotated, with the secret that is shown this once."""

    secret: str


class AwsPair(msgspec.Struct, frozen=True):
    """What an SDK of AWS is given to call models as a key."""

    access_key_id: str
    secret_access_key: str


class UsageSums(msgspec.Struct, frozen=True):
    """Usage added up."""

    requests: int = 0
    failed: int = 0
    retried: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd_micros: int = 0
    unknown_price_requests: int = 0
    unsettled_requests: int = 0


class UsageGroup(msgspec.Struct, frozen=True):
    """One group's values (`{"key": …, "day": …}`) and its sums."""

    group: dict[str, str | None]
    sums: UsageSums


class UsageReport(msgspec.Struct, frozen=True):
    """Groups, and all of them together."""

    groups: tuple[UsageGroup, ...]
    total: UsageSums


class UsageFilter(TypedDict, total=False):
    """Which usage to add up: times as `2026-01-31` or RFC 3339, `key` by id or name."""

    since: str
    until: str
    key: str
    model: str


class RequestRow(msgspec.Struct, frozen=True):
    """One attempt to answer a request; `status` is `open` until it is settled."""

    id: str
    request_id: str
    attempt: int
    at: datetime
    key: str
    model: str
    status: str
    key_name: str = ""
    team: str = ""
    user: str | None = None
    deployment: str = ""
    provider: str = ""
    operation: str = ""
    stream: bool = False
    http_status: int | None = None
    error: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd_micros: int = 0
    price_id: str | None = None
    price_unknown: bool = False
    first_token_ms: int | None = None
    duration_ms: int | None = None
    session: str | None = None
    tags: dict[str, str] = {}


class EngineModel(msgspec.Struct, frozen=True):
    """A model of the embedded engine."""

    name: str
    context_tokens: int = 0
    ready: bool = False


class Engine(msgspec.Struct, frozen=True):
    """The embedded engine; progress is 0 to 1, -1 when unknown."""

    state: str = ""
    message: str = ""
    progress: float = -1
    chat: EngineModel | None = None
    embeddings: EngineModel | None = None


class Worker(msgspec.Struct, frozen=True):
    """How far a worker's journal is read."""

    offset: int = 0
    lag_bytes: int = 0


class Ingest(msgspec.Struct, frozen=True):
    """Reading of the usage journals."""

    workers: dict[str, Worker] = {}
    last_error: str | None = None


class Status(msgspec.Struct, frozen=True):
    """How the platform is."""

    version: str = ""
    started_at: datetime | None = None
    snapshot_version: int = 0
    keys: int = 0
    models: int = 0
    engine: Engine = Engine()
    ingest: Ingest = Ingest()
    documents: Mapping[str, int] = {}


class QuotaLeft(msgspec.Struct, frozen=True):
    """What is left of one kind of quota in a minute."""

    left: float
    limit: float | None = None


class RoutePlace(msgspec.Struct, frozen=True):
    """One deployment in a route; `standing` is `ready`, `no_quota` or `broken`."""

    deployment: str
    standing: str
    why: str
    model: str = ""
    provider: str = ""
    account: str = ""
    priority: int = 0
    weight: int = 1
    breaker: str = "closed"
    warm_share: float = 0.0
    requests_in_flight: int = 0
    tokens_in_flight: int = 0
    wait_ms: int = 0
    quota: dict[str, QuotaLeft] = {}


class LeftOut(msgspec.Struct, frozen=True):
    """A deployment that a request cannot go to."""

    deployment: str
    why: str


class Route(msgspec.Struct, frozen=True):
    """Which attempts a request would make, as one gateway worker knows.

    Attributes:
        attempts: ids of deployments, as they would be tried.
        deployments: each once, in that order.
        fallbacks: deployments of other models, tried for the reasons in `fallback_on`.
    """

    model: str
    attempts: tuple[str, ...]
    deployments: tuple[RoutePlace, ...]
    worker: str = ""
    snapshot_version: int = 0
    key: str = ""
    policy: str = ""
    input_tokens: int = 0
    output_tokens: int | None = None
    cacheable_bytes: int = 0
    pinned_account: str = ""
    fallbacks: tuple[str, ...] = ()
    fallback_on: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Reloaded(msgspec.Struct, frozen=True):
    """What is in force after the settings were read again."""

    snapshot_version: int
    models: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
