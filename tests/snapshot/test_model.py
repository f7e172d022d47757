"""The snapshot and all it holds survive the wire, whatever the names in it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.snapshots import snapshots
from vanguard.snapshot.model import FORMAT, Budget, Limits, Scope, Snapshot


@given(snapshots())
def test_a_snapshot_survives_the_wire(snapshot):
    assert msgspec.json.decode(msgspec.json.encode(snapshot), type=Snapshot) == snapshot


def test_what_is_not_set_is_not_written():
    scope = Scope("key_1", "key", "first")
    assert msgspec.json.encode(scope) == b'{"id":"key_1","kind":"key","name":"first"}'


def test_no_limit_and_a_limit_of_zero_are_two_things():
    zero = Limits(requests_per_minute=0)
    read = msgspec.json.decode(msgspec.json.encode(zero), type=Limits)
    assert read.requests_per_minute == 0
    assert read.tokens_per_minute is None


@pytest.mark.parametrize(
    "text",
    [
        b'{"id":"x","kind":"galaxy","name":"n"}',
        b'{"id":"x","kind":"key"}',
        b'{"id":1,"kind":"key","name":"n"}',
        b'{"id":"x","kind":"key","name":"n","budget":{"amount_usd_micros":1.5}}',
        b'{"id":"x","kind":"key","name":"n","budget":{"amount_usd_micros":1,"window":"week"}}',
    ],
)
def test_a_wrong_scope_is_refused(text):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Scope)


@given(st.integers(0, 2**62), st.sampled_from(["total", "day", "month"]))
def test_money_stays_a_whole_number(amount, window):
    read = msgspec.json.decode(msgspec.json.encode(Budget(amount, window)), type=Budget)
    assert (read.amount_usd_micros, read.window) == (amount, window)
    assert type(read.amount_usd_micros) is int


def test_a_snapshot_says_its_format():
    empty = Snapshot(1, 0, {}, {}, {}, {}, {})
    assert empty.format == FORMAT
