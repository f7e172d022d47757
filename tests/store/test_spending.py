"""Spend in the current windows."""

from __future__ import annotations

from support.records import T0_MS, intent, settled
from vanguard.store.database import Database
from vanguard.store.ledger import Batch, apply_batch
from vanguard.store.spending import current_spend, spend_ahead

DAY_MS = 86_400_000


def test_windows_hold_what_was_settled_in_them(database: Database) -> None:
    entries = (
        (0, intent("req_a")),
        (100, settled("req_a", at_ms=T0_MS - 1, cost_usd_micros=1)),  # last month
        (200, intent("req_b")),
        (300, settled("req_b", at_ms=T0_MS, cost_usd_micros=10)),
        (400, intent("req_c")),
        (500, settled("req_c", at_ms=T0_MS + DAY_MS, cost_usd_micros=100)),
    )
    with database.write() as connection:
        apply_batch(connection, Batch("w0", 0, 600, entries))
    with database.read() as connection:
        today = current_spend(connection, T0_MS + DAY_MS + 5)
        before = current_spend(connection, T0_MS - 1)
        ahead = spend_ahead(connection, T0_MS - 1)
        later = current_spend(connection, T0_MS + 40 * DAY_MS)
    for scope in ("org_default", "team_default", "user_1", "key_1"):
        assert today[scope, "total"] == 111
        assert today[scope, "month"] == 110
        assert today[scope, "day"] == 100
        assert before[scope, "month"] == before[scope, "day"] == 1
        assert later == {key: 111 for key in later if key[1] == "total"}
        # to a clock before them, what was dated later is ahead
        assert ahead[scope, "month"] == {T0_MS: 110}
        assert ahead[scope, "day"] == {T0_MS: 10, T0_MS + DAY_MS: 100}
        assert (scope, "total") not in ahead
