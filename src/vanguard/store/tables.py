"""The tables, as SQLAlchemy Core describes them, the same on SQLite and PostgreSQL.

It does not know queries; times are UTC milliseconds, money is integer micro-dollars.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _limits() -> Iterable[Column[int] | Column[str]]:
    """Limits and budget, the same on every link of the tenancy chain; null means none."""
    return (
        Column("requests_per_minute", Integer),
        Column("tokens_per_minute", BigInteger),
        Column("concurrent_requests", Integer),
        Column("budget_usd_micros", BigInteger),
        Column("budget_window", String, nullable=False, server_default="total"),
    )


def _counters() -> Iterable[Column[int]]:
    names = (
        "attempts",
        "retried",
        "failed",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "cost_usd_micros",
        "unknown_price_requests",
        "unsettled_requests",
    )
    return [Column(name, BigInteger, nullable=False, server_default="0") for name in names]


organisations = Table(
    "organisations",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    *_limits(),
    Column("created_at_ms", BigInteger, nullable=False),
)

teams = Table(
    "teams",
    metadata,
    Column("id", String, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", String, nullable=False),
    *_limits(),
    Column("created_at_ms", BigInteger, nullable=False),
    UniqueConstraint("organisation_id", "name"),
)

# A user belongs to the organisation, not to a team: one budget follows a person through all teams.
users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", String, nullable=False),
    *_limits(),
    Column("created_at_ms", BigInteger, nullable=False),
    UniqueConstraint("organisation_id", "name"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("team_id", ForeignKey("teams.id"), nullable=False),
    Column("user_id", ForeignKey("users.id")),
    Column("name", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
    Column("hint", String, nullable=False),
    Column("models", JSON, nullable=False),
    Column("guardrails", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    *_limits(),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger),
    Column("revoked_at_ms", BigInteger),
)

# Apart from `keys`, so that ingesting usage never waits for, or rewrites, a key that is edited.
key_use = Table(
    "key_use",
    metadata,
    Column("key_id", String, primary_key=True),
    Column("last_used_at_ms", BigInteger, nullable=False),
)

# No foreign keys: the ledger outlives what it names.
usage = Table(
    "usage",
    metadata,
    Column("request_id", String, primary_key=True),
    Column("attempt", SmallInteger, primary_key=True),
    Column("state", String, nullable=False),  # `open` or `settled`
    Column("orphan", Boolean, nullable=False, server_default=false()),
    Column("retried", Boolean, nullable=False, server_default=false()),
    Column("worker", String, nullable=False),
    Column("journal_offset", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("key_id", String, nullable=False),
    Column("organisation_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("model", String, nullable=False),
    Column("deployment", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("upstream_model", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("dialect", String, nullable=False),
    Column("stream", Boolean, nullable=False),
    Column("session", String, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("reserved_usd_micros", BigInteger, nullable=False),
    Column("price_id", String, nullable=False),
    Column("price_version", String, nullable=False),
    Column("settled_at_ms", BigInteger),
    Column("status", String),
    Column("http_status", Integer),
    Column("error", String),
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cache_read_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cache_write_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cache_write_1h_tokens", BigInteger, nullable=False, server_default="0"),
    Column("reasoning_tokens", BigInteger, nullable=False, server_default="0"),
    Column("estimated", Boolean, nullable=False, server_default=false()),
    Column("cost_usd_micros", BigInteger, nullable=False, server_default="0"),
    Column("price_unknown", Boolean, nullable=False, server_default=false()),
    Column("first_token_ms", BigInteger),
    Column("duration_ms", BigInteger),
    Index("ix_usage_at", "at_ms", "request_id"),
    Index("ix_usage_key_at", "key_id", "at_ms"),
    Index("ix_usage_state", "state", "worker", "journal_offset"),
)

rollups = Table(
    "rollups",
    metadata,
    Column("hour_ms", BigInteger, primary_key=True),
    Column("organisation_id", String, primary_key=True),
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("key_id", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("deployment", String, primary_key=True),
    Column("provider", String, primary_key=True),
    Column("operation", String, primary_key=True),
    *_counters(),
)

# What each scope spent in each calendar window, so that publishing never adds up the ledger.
spend = Table(
    "spend",
    metadata,
    Column("scope_id", String, primary_key=True),
    Column("budget_window", String, primary_key=True),
    Column("start_ms", BigInteger, primary_key=True),
    Column("usd_micros", BigInteger, nullable=False),
)

journal_marks = Table(
    "journal_marks",
    metadata,
    Column("worker", String, primary_key=True),
    Column("byte_offset", BigInteger, nullable=False),
    Column("replay_from", BigInteger, nullable=False),
    Column("skipped_lines", BigInteger, nullable=False, server_default="0"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String, primary_key=True),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Index("ix_sessions_expires_at_ms", "expires_at_ms"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", String, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_subject", "subject", "at_ms"),
)

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

flow_steps = Table(
    "flow_steps",
    metadata,
    Column("step", String(64), primary_key=True),
    Column("stage", String, nullable=False),
    Column("item", String, nullable=False),
    Column("status", String, nullable=False),
    # JSON as msgspec writes it: a step may have made thousands
    Column("produced", LargeBinary, nullable=False),
    Column("error", String, nullable=False),
    Column("again", Boolean, nullable=False),
    Column("cpu_s", Float, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_flow_steps_stage_status", "stage", "status"),
)

# Subjects are searched by how they begin: both databases must order them by their bytes.
_bytewise = String().with_variant(String(collation="C"), "postgresql")

review_tasks = Table(
    "review_tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("queue", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("project", String, nullable=False),
    Column("subject", _bytewise, nullable=False),
    Column("state", String, nullable=False),  # `open`, `decided`, `withdrawn` or `forgotten`
    Column("rank", Float, nullable=False),  # minus the doubt: rising, as an index is
    Column("tags", JSON, nullable=False),
    Column("wanted", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
    # A claim ends by itself, so that an open task is free when its time is over.
    Column("claimed_by", String, nullable=False),
    Column("claimed_until_ms", BigInteger, nullable=False),
    # JSON; the last, for SQLite reads a row from its beginning
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("queue", "subject"),
    Index("ix_review_tasks_order", "queue", "state", "rank", "id"),
    Index("ix_review_tasks_all", "queue", "rank", "id"),
    # since when the oldest waits; which were decided long ago
    Index("ix_review_tasks_age", "queue", "state", "created_at_ms"),
    Index("ix_review_tasks_changed", "state", "changed_at_ms"),
    # of those that somebody holds or held: few, however long the queue
    Index(
        "ix_review_tasks_claimed",
        "claimed_by",
        "queue",
        sqlite_where=text("claimed_by <> ''"),
        postgresql_where=text("claimed_by <> ''"),
    ),
)

# A second index, by tag: the queue of one tag is as long as it is, not as the whole queue.
review_tags = Table(
    "review_tags",
    metadata,
    Column("queue", String, primary_key=True),
    Column("tag", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("rank", Float, primary_key=True),
    Column("task_id", ForeignKey("review_tasks.id"), primary_key=True),
    Index("ix_review_tags_task_id", "task_id"),
)

# How many tasks of each queue are in each state, so that nobody has to add them up.
review_counts = Table(
    "review_counts",
    metadata,
    Column("queue", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

# Only ever added to, but that texts of what is forgotten are taken out. A task's version rises with each, so that two cannot follow the same one.
review_decisions = Table(
    "review_decisions",
    metadata,
    Column("id", String, primary_key=True),
    Column("task_id", ForeignKey("review_tasks.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("verdict", String, nullable=False),
    Column("value", LargeBinary),  # JSON
    Column("note", String, nullable=False),
    Column("reviewer", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("undoes", ForeignKey("review_decisions.id"), unique=True),
    UniqueConstraint("task_id", "version"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),  # `queued`, `reading`, `done` or `failed`
    Column("actor", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("wishes", JSON, nullable=False),
    Column("idempotency_key", String, unique=True),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("pages_done", Integer, nullable=False, server_default="0"),
    Column("pages_failed", Integer, nullable=False, server_default="0"),
    Column("pages_unasked", Integer, nullable=False, server_default="0"),
    Column("result", String(64)),  # hash of the read document's blob
    Column("error_type", String),
    Column("error", String),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease", String),
    Column("lease_owner", String),
    Column("lease_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("started_at_ms", BigInteger),
    Column("finished_at_ms", BigInteger),
    Index("ix_documents_created", "created_at_ms", "id"),
    Index("ix_documents_state", "state", "created_at_ms"),
)

document_pages = Table(
    "document_pages",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("image", String(64), nullable=False),  # hash of a PNG's blob
    Column("image_width", Integer, nullable=False),
    Column("image_height", Integer, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("turned", Float, nullable=False),
)
