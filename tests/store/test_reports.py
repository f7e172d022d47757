"""Sums and lists of usage."""

from __future__ import annotations

import pytest

from support.records import T0_MS, intent, settled
from vanguard.core.errors import InvalidRequest
from vanguard.store.database import Database
from vanguard.store.keys import NewKey, insert_key
from vanguard.store.ledger import Batch, apply_batch
from vanguard.store.reports import (
    RequestQuery,
    UsageQuery,
    UsageSum,
    forget_rows,
    list_requests,
    usage_sums,
)
from vanguard.store.tenancy import ChainNames, ensure_chain

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def ledger(database: Database) -> Database:
    """Five requests by two keys on two models over two days; one is retried, one still open."""
    with database.write() as connection:
        chain = ensure_chain(connection, ChainNames(), T0_MS)
        insert_key(connection, NewKey("key_1", "one", "h1", "…", chain, T0_MS))
        insert_key(connection, NewKey("key_2", "two", "h2", "…", chain, T0_MS))
        other = {"key_id": "key_2", "scopes": ("org_default", "key_2"), "user_id": ""}
        records = [
            intent("req_a", tags={"app": "x"}),
            settled("req_a"),
            intent("req_b", at_ms=T0_MS + 1, tags={"app": 'y"'}),
            settled("req_b", status="failed", http_status=500, cost_usd_micros=0),
            intent("req_b", 1, at_ms=T0_MS + 2, deployment="sonnet/1-openai", provider="openai"),
            settled("req_b", 1, cost_usd_micros=50),
            intent("req_c", at_ms=T0_MS + HOUR_MS, model="haiku", **other),
            settled("req_c", at_ms=T0_MS + HOUR_MS, cost_usd_micros=9, price_unknown=True),
            intent("req_d", at_ms=T0_MS + DAY_MS, **other),
            settled("req_d", at_ms=T0_MS + DAY_MS, status="unsettled", cost_usd_micros=900),
            intent("req_e", at_ms=T0_MS + DAY_MS + 1, **other),
        ]
        entries = tuple((index * 100, record) for index, record in enumerate(records))
        apply_batch(connection, Batch("w0", 0, 1100, entries))
    return database


def sums(database: Database, *group_by: str, **filters: object) -> list[UsageSum]:
    with database.read() as connection:
        return usage_sums(connection, UsageQuery(group_by=group_by, **filters))


def shape(found: list[UsageSum], *names: str) -> list[tuple[object, ...]]:
    return [
        (*each.groups.values(), *(getattr(each, name) for name in names or ("cost_usd_micros",)))
        for each in found
    ]


def test_everything_together(ledger: Database) -> None:
    (total,) = sums(ledger)
    assert total.groups == {}
    assert (total.requests, total.retried, total.failed) == (4, 1, 0)
    assert (total.cost_usd_micros, total.input_tokens, total.output_tokens) == (1659, 500, 100)
    assert (total.unknown_price_requests, total.unsettled_requests) == (1, 1)


def test_groups(ledger: Database) -> None:
    assert shape(sums(ledger, "key")) == [("key_2", "two", 909), ("key_1", "one", 750)]
    assert shape(sums(ledger, "model")) == [("sonnet", 1650), ("haiku", 9)]
    assert shape(sums(ledger, "day")) == [(T0_MS, 759), (T0_MS + DAY_MS, 900)]
    assert shape(sums(ledger, "hour")) == [
        (T0_MS, 750),
        (T0_MS + HOUR_MS, 9),
        (T0_MS + DAY_MS, 900),
    ]
    assert shape(sums(ledger, "team")) == [("default", 1659)]
    assert shape(sums(ledger, "day", "model"))[0] == (T0_MS, "sonnet", 750)
    names = ("requests", "retried", "cost_usd_micros")
    assert shape(sums(ledger, "provider"), *names) == [
        ("anthropic", 3, 1, 1609),
        ("openai", 1, 0, 50),
    ]


@pytest.mark.parametrize("group", ["tag:app", "tag:none", 'tag:o"dd $.x'])
def test_tags_are_added_up_from_rows(ledger: Database, group: str) -> None:
    found = sums(ledger, group)
    assert sum(each.cost_usd_micros for each in found) == 1659
    assert sum(each.requests for each in found) == 4
    if group == "tag:app":
        names = ("requests", "retried", "cost_usd_micros")
        assert shape(found, *names) == [(None, 3, 0, 959), ("x", 1, 0, 700), ('y"', 0, 1, 0)]


@pytest.mark.parametrize(
    "name", ['q"u', "b\\s", 'b\\"x', '"', "\\", "Maß", "a.b", "[0]", "$", "x y", "it's", "%s:?"]
)
def test_a_tag_of_any_name_is_found(ledger: Database, name: str) -> None:
    records = (
        (10_000, intent("req_s", tags={name: "v", "other": "w"})),
        (10_001, settled("req_s")),
    )
    with ledger.write() as connection:
        apply_batch(connection, Batch("w1", 10_000, 10_002, records))
    assert shape(sums(ledger, f"tag:{name}")) == [(None, 1659), ("v", 700)]
    assert ("w", "v", 700) in shape(sums(ledger, "tag:other", f"tag:{name}"))


def test_sessions_are_added_up_from_rows(ledger: Database) -> None:
    records = (
        (10_000, intent("req_s", session="s-1", tags={"agent": "a-1"})),
        (10_001, settled("req_s")),
    )
    with ledger.write() as connection:
        apply_batch(connection, Batch("w1", 10_000, 10_002, records))
    assert shape(sums(ledger, "session")) == [(None, 1659), ("s-1", 700)]
    assert ("s-1", "a-1", 700) in shape(sums(ledger, "session", "tag:agent"))


def test_tags_combine_with_other_groups(ledger: Database) -> None:
    found = shape(sums(ledger, "tag:app", "day", "key"))
    assert ("x", T0_MS, "key_1", "one", 700) in found


def test_filters(ledger: Database) -> None:
    assert shape(sums(ledger, key="two")) == shape(sums(ledger, key="key_2")) == [(909,)]
    assert shape(sums(ledger, model="haiku")) == [(9,)]
    assert shape(sums(ledger, from_ms=T0_MS + HOUR_MS + 5)) == [(909,)]  # down to the hour
    assert shape(sums(ledger, to_ms=T0_MS + 5)) == [(750,)]  # up to the hour
    assert shape(sums(ledger, "tag:app", to_ms=T0_MS + 5, key="one"))[0] == ("x", 700)
    assert sums(ledger, key="nobody") == []


def test_an_unknown_group_is_named(ledger: Database) -> None:
    for group in ("kye", "tag:", "hour_ms", "tag:a\0", "tag:a\nb"):
        with pytest.raises(InvalidRequest, match=group):
            sums(ledger, group)


def listed(database: Database, **query: object) -> list[str]:
    with database.read() as connection:
        rows = list_requests(connection, RequestQuery(**query))
    return [f"{row['request_id']}:{row['attempt']}" for row in rows]


def test_requests_come_newest_first_in_pages(ledger: Database) -> None:
    everything = ["req_e:0", "req_d:0", "req_c:0", "req_b:1", "req_b:0", "req_a:0"]
    assert listed(ledger) == everything
    pages: list[str] = []
    while page := listed(ledger, limit=2, before=pages[-1] if pages else ""):
        pages += page
    assert pages == everything
    assert listed(ledger, key="one", model="sonnet") == ["req_b:1", "req_b:0", "req_a:0"]
    assert listed(ledger, before="req_b") == ["req_a:0"]
    for before in ("req_zz", "req_b:2", "req_b:²", "req_b:x"):
        with pytest.raises(InvalidRequest, match=before):
            listed(ledger, before=before)


def test_a_row_has_everything(ledger: Database) -> None:
    with ledger.read() as connection:
        row = list_requests(connection, RequestQuery())[-1]
    assert (row["key_name"], row["team"], row["user"]) == ("one", "default", "user_1")
    assert row["tags"] == {"app": "x"}
    assert (row["first_token_ms"], row["duration_ms"]) == (300, 1_500)


def test_old_rows_go_and_sums_stay(ledger: Database) -> None:
    with ledger.write() as connection:
        assert forget_rows(connection, T0_MS + HOUR_MS) == 3
        assert forget_rows(connection, T0_MS + 2 * DAY_MS) == 2  # the open one stays
    assert listed(ledger) == ["req_e:0"]
    assert shape(sums(ledger)) == [(1659,)]
