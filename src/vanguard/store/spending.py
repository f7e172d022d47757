"""Reads what scopes have spent. It does not know budgets."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, or_, select

from vanguard.snapshot.model import Window
from vanguard.snapshot.window import window_start_ms
from vanguard.store.ledger_batch import WINDOWS
from vanguard.store.tables import spend


def current_spend(connection: Connection, now_ms: int) -> dict[tuple[str, Window], int]:
    """Micro-dollars by scope id and window, in the windows that hold `now_ms`."""
    current = or_(
        *(
            and_(
                spend.c.budget_window == window, spend.c.start_ms == window_start_ms(window, now_ms)
            )
            for window in WINDOWS
        )
    )
    return {
        (row.scope_id, row.budget_window): row.usd_micros
        for row in connection.execute(select(spend).where(current))
    }


def spend_ahead(connection: Connection, now_ms: int) -> dict[tuple[str, Window], dict[int, int]]:
    """The same in later windows, by the window's start: a clock that was ahead has dated in them."""
    ahead = or_(
        *(
            and_(
                spend.c.budget_window == window, spend.c.start_ms > window_start_ms(window, now_ms)
            )
            for window in WINDOWS
        )
    )
    found: dict[tuple[str, Window], dict[int, int]] = {}
    for row in connection.execute(select(spend).where(ahead)):
        found.setdefault((row.scope_id, row.budget_window), {})[row.start_ms] = row.usd_micros
    return found


def latest_day_ms(connection: Connection) -> int:
    """The start of the last day on which anything was spent, 0 when nothing was."""
    latest = select(func.max(spend.c.start_ms)).where(spend.c.budget_window == "day")
    return connection.execute(latest).scalar() or 0
