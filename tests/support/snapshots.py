"""Hypothesis strategies of snapshots, for whoever keeps or reads one."""

from __future__ import annotations

from hypothesis import strategies as st

from vanguard.core.money import Price, Rates, Tier
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.model import (
    Budget,
    Deployment,
    JournalMark,
    Key,
    Limits,
    Model,
    Scope,
    Snapshot,
    Spend,
)

name = st.text(max_size=20)
names = st.lists(name, max_size=3).map(tuple)
pairs = st.dictionaries(name, name, max_size=3)
count = st.integers(0, 2**53)
rate = st.integers(0, 10**9)

rates = st.builds(Rates, rate, rate, rate, rate, rate)
prices = st.builds(
    Price,
    name,
    name,
    rates,
    st.lists(st.builds(Tier, count, rates), max_size=2).map(tuple),
    request_usd_micros=rate,
)
rules = st.builds(Rule, name, name, st.sampled_from(["block", "mask"]), name)
policies = st.builds(
    Policy, name, st.lists(rules, max_size=3).map(tuple), st.booleans(), st.booleans()
)
limits = st.builds(Limits, *[st.none() | count] * 3)
budgets = st.builds(Budget, count, st.sampled_from(["total", "day", "month"]))
scopes = st.builds(
    Scope,
    name,
    st.sampled_from(["organisation", "team", "user", "key"]),
    name,
    limits,
    st.none() | budgets,
)
keys = st.builds(
    Key,
    *[name] * 3,
    names,
    *[name] * 3,
    models=names,
    policies=names,
    tags=pairs,
    expires_at_ms=count,
    admin=st.booleans(),
)
deployments = st.builds(
    Deployment,
    *[name] * 8,
    headers=pairs,
    price=st.none() | prices,
    max_output_tokens=count,
    context_tokens=count,
    counts_tokens=st.booleans(),
)
models = st.builds(Model, name, st.sampled_from(["chat", "embedding"]), names, names, count)


def table(values: st.SearchStrategy) -> st.SearchStrategy:
    """A small dictionary of named values."""
    return st.dictionaries(name, values, max_size=2)


def snapshots() -> st.SearchStrategy[Snapshot]:
    """Snapshots of any shape that the types allow; they need not make sense."""
    return st.builds(
        Snapshot,
        count,
        count,
        table(keys),
        table(scopes),
        table(models),
        table(deployments),
        pairs,
        patterns=st.lists(st.tuples(name, name), max_size=2).map(tuple),
        policies=table(policies),
        spend=st.lists(st.builds(Spend, name, count, count), max_size=2).map(tuple),
        journals=table(st.builds(JournalMark, count, count)),
    )
