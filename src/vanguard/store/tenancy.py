"""Organisations, teams and users: the chain above a key, with limits and budgets on every link.

It does not know keys or usage.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, select

from vanguard.core.ids import new_id
from vanguard.snapshot.model import Budget, Limits, Scope, ScopeKind
from vanguard.store.tables import organisations, teams, users
from vanguard.store.upsert import insert_new

DEFAULT = "default"
_FIXED_IDS = {organisations: "org_default", teams: "team_default"}


class Chain(NamedTuple):
    """Ids above a key, outermost first; `user_id` is empty when the key has no user."""

    organisation_id: str
    team_id: str
    user_id: str


class ChainNames(NamedTuple):
    """Names above a key; an empty user means none."""

    organisation: str = DEFAULT
    team: str = DEFAULT
    user: str = ""


def ensure_chain(connection: Connection, names: ChainNames, now_ms: int) -> Chain:
    """Finds the links of those names, and makes the missing ones without limits or budgets."""
    organisation_id = _ensure(connection, organisations, {"name": names.organisation}, now_ms)
    owned = {"organisation_id": organisation_id}
    team_id = _ensure(connection, teams, {**owned, "name": names.team}, now_ms)
    user_id = ""
    if names.user:
        user_id = _ensure(connection, users, {**owned, "name": names.user}, now_ms)
    return Chain(organisation_id, team_id, user_id)


def all_scopes(connection: Connection) -> list[Scope]:
    """Every organisation, team and user."""
    kinds: tuple[tuple[ScopeKind, Table], ...] = (
        ("organisation", organisations),
        ("team", teams),
        ("user", users),
    )
    return [
        Scope(row.id, kind, row.name, limits_of(row), budget_of(row))
        for kind, table in kinds
        for row in connection.execute(select(table).order_by(table.c.id))
    ]


def limits_of(row: Row[Any]) -> Limits:
    """The limits in a row of any link."""
    return Limits(row.requests_per_minute, row.tokens_per_minute, row.concurrent_requests)


def budget_of(row: Row[Any]) -> Budget | None:
    """The budget in a row of any link, None when it has none."""
    if row.budget_usd_micros is None:
        return None
    return Budget(row.budget_usd_micros, row.budget_window)


def limit_columns(limits: Limits, budget: Budget | None) -> dict[str, int | str | None]:
    """The columns that keep limits and budget."""
    return {
        "requests_per_minute": limits.requests_per_minute,
        "tokens_per_minute": limits.tokens_per_minute,
        "concurrent_requests": limits.concurrent_requests,
        "budget_usd_micros": budget.amount_usd_micros if budget else None,
        "budget_window": budget.window if budget else "total",
    }


def _ensure(connection: Connection, table: Table, named: dict[str, str], now_ms: int) -> str:
    query = select(table.c.id).where(*(table.c[name] == value for name, value in named.items()))
    found: str | None = connection.execute(query).scalar()
    if found is not None:
        return found
    # The default links have fixed ids, so that a wiped database keeps the scopes of a journal.
    default = named["name"] == DEFAULT and named.get("organisation_id", "org_default")
    fixed = _FIXED_IDS.get(table, "") if default == "org_default" else ""
    prefix = {organisations: "org", teams: "team", users: "user"}[table]
    row = {"id": fixed or new_id(prefix), **named, "created_at_ms": now_ms}
    insert_new(connection, table, [row])
    return str(connection.execute(query).scalar_one())
