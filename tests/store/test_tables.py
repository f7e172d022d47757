"""The tables hold what the journal and the snapshot say."""

from __future__ import annotations

import msgspec

from vanguard.core.journal import Intent, Settled
from vanguard.core.usage import Usage
from vanguard.store.ledger_batch import ADDED, GROUP
from vanguard.store.tables import keys, organisations, rollups, teams, usage, users


def test_every_field_of_the_journal_has_a_column() -> None:
    intents = {field.name for field in msgspec.structs.fields(Intent)}
    settlements = {field.name for field in msgspec.structs.fields(Settled)}
    # what of the tokens is no text is in the cost alone
    tokens = {field.name for field in msgspec.structs.fields(Usage)} - {"media"}
    wanted = intents | (settlements - {"usage", "at_ms"}) | tokens | {"settled_at_ms"}
    assert wanted <= set(usage.c.keys())


def test_every_link_of_the_chain_has_limits_and_a_budget() -> None:
    columns = {
        "requests_per_minute",
        "tokens_per_minute",
        "concurrent_requests",
        "budget_usd_micros",
        "budget_window",
    }
    for table in (organisations, teams, users, keys):
        assert columns <= set(table.c.keys()), table.name


def test_rollups_are_their_groups_and_their_sums() -> None:
    assert set(rollups.c.keys()) == {"hour_ms", *GROUP, *ADDED}
    assert set(rollups.primary_key.columns.keys()) == {"hour_ms", *GROUP}
