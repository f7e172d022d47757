"""Reads what scopes have spent. It does not know budgets."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

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
