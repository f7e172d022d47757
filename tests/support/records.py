"""Journal records for tests, with everything that a test does not care about filled in."""

from __future__ import annotations

from vanguard.core.journal import Intent, Record, Settled, Status, encode_line
from vanguard.core.usage import Usage

T0_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z, the start of an hour, a day and a month
SCOPES = ("org_default", "team_default", "user_1", "key_1")


def intent(request_id: str = "req_1", attempt: int = 0, **changes: object) -> Intent:
    fields: dict[str, object] = {
        "request_id": request_id,
        "attempt": attempt,
        "at_ms": T0_MS,
        "key_id": "key_1",
        "organisation_id": "org_default",
        "team_id": "team_default",
        "user_id": "user_1",
        "scopes": SCOPES,
        "model": "sonnet",
        "deployment": "sonnet/0-anthropic",
        "provider": "anthropic",
        "upstream_model": "claude-sonnet-4-5",
        "operation": "chat",
        "dialect": "openai_chat",
        "reserved_usd_micros": 900,
        "price_id": "genai-prices:anthropic/claude-sonnet-4-5",
        "price_version": "1",
    }
    return Intent(**(fields | changes))  # type: ignore[arg-type]


def settled(
    request_id: str = "req_1", attempt: int = 0, status: Status = "ok", **changes: object
) -> Settled:
    fields: dict[str, object] = {
        "request_id": request_id,
        "attempt": attempt,
        "at_ms": T0_MS + 1_500,
        "status": status,
        "http_status": 200,
        "usage": Usage(input_tokens=100, output_tokens=20, cache_read_tokens=40),
        "cost_usd_micros": 700,
        "first_token_ms": 300,
        "duration_ms": 1_500,
    }
    return Settled(**(fields | changes))  # type: ignore[arg-type]


def journal_bytes(*records: Record) -> bytes:
    return b"".join(encode_line(record) for record in records)
