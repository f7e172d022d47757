"""Routes of usage: sums as JSON or CSV, and single requests.

It does not know how the ledger is kept.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from vanguard.control.api.access import Actor, Service
from vanguard.control.api.schemas import moment
from vanguard.core.errors import InvalidRequest
from vanguard.store.reports import (
    RequestQuery,
    UsageQuery,
    UsageSum,
    list_requests,
    usage_sums,
)

router = APIRouter(prefix="/api", tags=["usage"])

_DAY_MS = 86_400_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sums(BaseModel):
    """Usage added up. Requests that were tried again elsewhere count once."""

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


class GroupSums(Sums):
    """Sums of one group, with its values: those of `group_by`, and `key_name` beside `key`."""

    model_config = {"extra": "allow"}


class UsageOut(BaseModel):
    """Groups, and all of them together."""

    data: list[GroupSums]
    total: Sums


class RequestOut(BaseModel):
    """One attempt to answer a request; `status` is `open` until it is settled."""

    id: str
    request_id: str
    attempt: int
    at: datetime
    key: str
    key_name: str
    team: str
    user: str | None
    model: str
    deployment: str
    provider: str
    upstream_model: str
    operation: str
    dialect: str
    stream: bool
    status: str
    retried: bool
    orphan: bool
    http_status: int | None
    error: str | None
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cache_write_1h_tokens: int
    reasoning_tokens: int
    estimated: bool
    cost_usd_micros: int
    reserved_usd_micros: int
    price_id: str | None
    price_version: str | None
    price_unknown: bool
    first_token_ms: int | None
    duration_ms: int | None
    session: str | None
    tags: dict[str, str]


class Requests(BaseModel):
    """Attempts, newest first; give the last `id` as `before` for more."""

    data: list[RequestOut]


@router.get(
    "/usage",
    response_model=UsageOut,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_usage(
    *,
    service: Service,
    _actor: Actor,
    from_: Annotated[str | None, Query(alias="from", description="Date or time, RFC 3339.")] = None,
    to: Annotated[str | None, Query(description="Exclusive; a date means its end.")] = None,
    group_by: Annotated[str, Query(max_length=500)] = "",
    key: Annotated[str, Query(description="Id or name.")] = "",
    model: str = "",
    format: Literal["json", "csv"] = "json",  # noqa: A002 - the parameter's public name
) -> UsageOut | Response:
    """Usage in whole hours, by the time at which requests were settled.

    `group_by` takes key, team, user, model, deployment, provider, operation, day, hour, session
    and tag:NAME, separated by commas. Sessions and tags reach back as far as single rows are kept.
    """
    names = [name.strip() for name in group_by.split(",") if name.strip()]
    query = UsageQuery(
        group_by=tuple(dict.fromkeys(names)),
        from_ms=_moment_ms("from", from_, end_of_day=False),
        to_ms=_moment_ms("to", to, end_of_day=True),
        key=key,
        model=model,
    )
    with service.database.read() as connection:
        sums = usage_sums(connection, query)
    if format == "csv":
        return _csv(query, sums)
    return UsageOut(data=[GroupSums(**_fields(each)) for each in sums], total=_total(sums))


@router.get("/requests")
def read_requests(
    service: Service,
    _actor: Actor,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[str, Query(description="The last `id` already seen.")] = "",
    key: Annotated[str, Query(description="Id or name.")] = "",
    model: str = "",
) -> Requests:
    """Single attempts with tokens, cost and timing."""
    with service.database.read() as connection:
        rows = list_requests(connection, RequestQuery(limit, before, key, model))
    return Requests(data=[_request(row) for row in rows])


def _moment_ms(name: str, text: str | None, *, end_of_day: bool) -> int | None:
    if not text:
        return None
    try:
        if len(text) == len("2026-01-31"):
            start = datetime.combine(date.fromisoformat(text), time(), UTC)
            return int(start.timestamp()) * 1000 + (_DAY_MS if end_of_day else 0)
        # A plus in a query means a blank; nobody writes one here.
        when = datetime.fromisoformat(text.replace(" ", "+"))
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return int(when.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(
            f"{name}: write 2026-01-31 or 2026-01-31T12:00:00Z", param=name
        ) from error


def _fields(each: UsageSum) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in each.groups.items():
        if name == "day" and isinstance(value, int):
            fields[name] = moment(value).date().isoformat()
        elif name == "hour" and isinstance(value, int):
            fields[name] = moment(value).strftime("%Y-%m-%dT%H:%M:%SZ")
        else:
            fields[name] = value
    return fields | {name: getattr(each, name) for name in Sums.model_fields}


def _total(sums: list[UsageSum]) -> Sums:
    return Sums(**{name: sum(getattr(each, name) for each in sums) for name in Sums.model_fields})


def _csv(query: UsageQuery, sums: list[UsageSum]) -> Response:
    heads = list(query.group_by)
    if "key" in heads:
        heads.insert(heads.index("key") + 1, "key_name")
    file = io.StringIO()
    writer = csv.DictWriter(file, [*heads, *Sums.model_fields])
    writer.writeheader()
    for each in sums:
        writer.writerow({name: _cell(value) for name, value in _fields(each).items()})
    headers = {"content-disposition": 'attachment; filename="usage.csv"'}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _request(row: dict[str, Any]) -> RequestOut:
    return RequestOut.model_validate(
        row
        | {
            "id": f"{row['request_id']}:{row['attempt']}",
            "at": moment(row["at_ms"]),
            "key": row["key_id"],
            "user": row["user"] or None,
            "status": row["status"] or "open",
            "error": row["error"] or None,
            "http_status": row["http_status"] or None,
            "price_id": row["price_id"] or None,
            "price_version": row["price_version"] or None,
            "session": row["session"] or None,
        }
    )
