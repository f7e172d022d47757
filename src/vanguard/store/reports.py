"""Answers questions about usage: sums by group, and single requests.

It does not know formats. Sums come from the hourly rollups; only tags and sessions are added
up from rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Subquery,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)

from vanguard.core.errors import InvalidRequest
from vanguard.store.ledger_batch import ADDED, FAILURES, HOUR_MS, SUMMED
from vanguard.store.tables import keys, rollups, teams, usage, users

_DAY_MS = 24 * HOUR_MS
_MOST_GROUPS = 100_000
_TAG = "tag:"
# Name of a group: its column.
GROUPS = {
    "key": "key_id",
    "team": "team_id",
    "user": "user_id",
    "model": "model",
    "deployment": "deployment",
    "provider": "provider",
    "operation": "operation",
    "day": "day",
    "hour": "hour",
    "session": "session",
}
# known of single rows alone: the rollups would have a row for each
_OF_ROWS = frozenset({"session"})


class UsageQuery(msgspec.Struct, frozen=True):
    """What to add up.

    Attributes:
        group_by: names of `GROUPS`, or `tag:NAME`.
        from_ms: start, taken down to the whole hour; None for the beginning.
        to_ms: end, exclusive, taken up to the whole hour; None for now.
        key: id or name of a key.
        model: public name of a model.
    """

    group_by: tuple[str, ...] = ()
    from_ms: int | None = None
    to_ms: int | None = None
    key: str = ""
    model: str = ""


class UsageSum(msgspec.Struct, frozen=True):
    """Sums of one group.

    Attributes:
        groups: value by name of the group; ids for keys, names for teams and users, UTC
            milliseconds for days and hours, None where a row has none.
        requests: client requests; attempts that were tried again elsewhere are not counted.
        failed: requests that failed or broke off.
        retried: attempts that failed and were tried again.
    """

    groups: dict[str, str | int | None]
    requests: int
    failed: int
    retried: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd_micros: int
    unknown_price_requests: int
    unsettled_requests: int


class RequestQuery(msgspec.Struct, frozen=True):
    """Which rows to list, newest first; `before` is the id of the last one seen."""

    limit: int = 50
    before: str = ""
    key: str = ""
    model: str = ""


def usage_sums(connection: Connection, query: UsageQuery) -> list[UsageSum]:
    """Sums by group, days and hours rising, then the dearest first.

    Raises:
        InvalidRequest: an unknown group, or more groups than anybody reads.
    """
    columns = [_group_column(name) for name in query.group_by]
    single = any(name.startswith(_TAG) or name in _OF_ROWS for name in query.group_by)
    source = _rows(connection, query) if single else _hours(connection, query)
    # The groups are columns of a sub-query: PostgreSQL does not see that two expressions with
    # parameters are the same.
    chosen = [source.c[column] for column in columns]
    sums = [func.coalesce(func.sum(source.c[name]), 0).label(name) for name in ADDED]
    statement = select(*chosen, *sums).group_by(*chosen).limit(_MOST_GROUPS + 1)
    found = [dict(row) for row in connection.execute(statement).mappings()]
    if len(found) > _MOST_GROUPS:
        raise InvalidRequest("more than 100,000 groups; ask for fewer groups or a shorter time")
    names = Names(connection)
    made = [_sum(row, query.group_by, names) for row in found if row["attempts"]]
    times = [name for name in query.group_by if name in ("day", "hour")]
    return sorted(
        made,
        key=lambda each: (
            [each.groups[name] or 0 for name in times],
            -each.cost_usd_micros,
            -each.requests,
            [str(value) for value in each.groups.values()],
        ),
    )


def list_requests(connection: Connection, query: RequestQuery) -> list[dict[str, Any]]:
    """Rows of the ledger with every column, and the names of key, team and user.

    Raises:
        InvalidRequest: `before` names no row.
    """
    place = (usage.c.at_ms, usage.c.request_id, usage.c.attempt)
    statement = select(usage).where(*_filters(connection, usage.c, query.key, query.model))
    if query.before:
        statement = statement.where(tuple_(*place) < tuple_(*_cursor(connection, query.before)))
    statement = statement.order_by(*(column.desc() for column in place)).limit(query.limit)
    names = Names(connection)
    return [
        dict(row)
        | {
            "key_name": names.of("key", row["key_id"]),
            "team": names.of("team", row["team_id"]),
            "user": names.of("user", row["user_id"]),
        }
        for row in connection.execute(statement).mappings()
    ]


def forget_rows(connection: Connection, before_ms: int) -> int:
    """Deletes settled rows older than a moment; rollups stay. Returns how many."""
    old = (usage.c.state == "settled", usage.c.at_ms < before_ms)
    return connection.execute(delete(usage).where(*old)).rowcount


class Names:
    """Names of keys, teams and users by id; an id that is gone is its own name."""

    def __init__(self, connection: Connection) -> None:
        self._names: dict[str, dict[str, str]] = {}
        for kind, table in (("key", keys), ("team", teams), ("user", users)):
            rows = connection.execute(select(table.c.id, table.c.name))
            self._names[kind] = {row.id: row.name for row in rows}

    def of(self, kind: str, id_: str) -> str:
        """The name."""
        return self._names[kind].get(id_, id_)


def _group_column(name: str) -> str:
    if name.startswith(_TAG) and len(name) > len(_TAG) and name.isprintable():
        return name
    if name not in GROUPS:
        raise InvalidRequest(
            f"cannot group by '{name}'; groups are {', '.join(GROUPS)} and tag:NAME",
            param="group_by",
        )
    return GROUPS[name]


def _hours(connection: Connection, query: UsageQuery) -> Subquery:
    hour = rollups.c.hour_ms
    return (
        select(rollups, hour.label("hour"), (hour - hour % _DAY_MS).label("day"))
        .where(*_filters(connection, rollups.c, query.key, query.model), *_between(hour, query))
        .subquery()
    )


def _rows(connection: Connection, query: UsageQuery) -> Subquery:
    """Settled rows, shaped like rollups of one attempt, with a column for each tag."""
    at = usage.c.settled_at_ms
    failed = usage.c.status.in_(FAILURES) & ~usage.c.retried
    flags: dict[str, ColumnElement[bool]] = {
        "retried": usage.c.retried.is_(True),
        "failed": failed,
        "unknown_price_requests": usage.c.price_unknown.is_(True),
        "unsettled_requests": usage.c.status == "unsettled",
    }
    tags = sorted({name for name in query.group_by if name.startswith(_TAG)})
    groups = [column for column in GROUPS.values() if column in usage.c]
    columns: list[ColumnElement[Any]] = [usage.c[name] for name in groups]
    columns += [usage.c[name] for name in SUMMED if name != "cache_write_tokens"]
    columns += [
        (usage.c.cache_write_tokens + usage.c.cache_write_1h_tokens).label("cache_write_tokens"),
        literal_column("1").label("attempts"),
        (at - at % HOUR_MS).label("hour"),
        (at - at % _DAY_MS).label("day"),
    ]
    columns += [func.coalesce(flag.cast(Integer), 0).label(name) for name, flag in flags.items()]
    columns += [_tag(connection, tag.removeprefix(_TAG)).label(tag) for tag in tags]
    return (
        select(*columns)
        .where(
            usage.c.state == "settled",
            *_filters(connection, usage.c, query.key, query.model),
            *_between(at, query),
        )
        .subquery()
    )


def _tag(connection: Connection, name: str) -> ColumnElement[Any]:
    """A tag's value; not by a path of SQLite's, which finds no key that JSON writes with an escape."""
    if connection.dialect.name != "sqlite":
        value: ColumnElement[Any] = usage.c.tags[name].as_string()
        return value
    each = func.json_each(usage.c.tags).table_valued("key", "value")
    return select(each.c.value).where(each.c.key == name).correlate(usage).scalar_subquery()


def _between(column: ColumnElement[Any], query: UsageQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.from_ms is not None:
        found.append(column >= query.from_ms - query.from_ms % HOUR_MS)
    if query.to_ms is not None:
        found.append(column < -(-query.to_ms // HOUR_MS) * HOUR_MS)
    return found


def _filters(
    connection: Connection, columns: Any, key: str, model: str
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if key:
        named = connection.execute(select(keys.c.id).where(keys.c.name == key)).scalars().all()
        found.append(columns.key_id.in_([key, *named]))
    if model:
        found.append(columns.model == model)
    return found


def _cursor(connection: Connection, before: str) -> tuple[int, str, int]:
    request_id, _, attempt = before.partition(":")
    statement = select(usage.c.at_ms, usage.c.attempt).where(usage.c.request_id == request_id)
    if attempt:
        number = attempt.isdecimal() and len(attempt) < 5
        statement = statement.where(usage.c.attempt == (int(attempt) if number else -1))
    row = connection.execute(statement.order_by(usage.c.attempt)).first()
    if row is None:
        raise InvalidRequest(f"no request has the id '{before}'", param="before")
    return row.at_ms, request_id, row.attempt


def _sum(row: dict[str, Any], group_by: Sequence[str], names: Names) -> UsageSum:
    groups: dict[str, str | int | None] = {}
    for name in group_by:
        value = row[_group_column(name)]
        if name in _OF_ROWS:
            value = value or None  # a row without one has an empty text
        groups[name] = names.of(name, value) if name in ("team", "user") else value
        if name == "key":
            groups["key_name"] = names.of(name, value)
    amounts = {name: int(row[name]) for name in ADDED}
    attempts = amounts.pop("attempts")
    return UsageSum(groups=groups, requests=attempts - amounts["retried"], **amounts)
