"""The chain above a key."""

from __future__ import annotations

from support.records import T0_MS
from vanguard.snapshot.model import Budget, Limits
from vanguard.store.database import Database
from vanguard.store.tables import teams
from vanguard.store.tenancy import (
    ChainNames,
    all_scopes,
    ensure_chain,
    limit_columns,
)


def test_links_are_made_once(database: Database) -> None:
    with database.write() as connection:
        first = ensure_chain(connection, ChainNames(team="red", user="ann"), T0_MS)
    with database.write() as connection:
        assert ensure_chain(connection, ChainNames(team="red", user="ann"), T0_MS) == first
    with database.read() as connection:
        kinds = sorted((scope.kind, scope.name) for scope in all_scopes(connection))
    assert kinds == [("organisation", "default"), ("team", "red"), ("user", "ann")]


def test_the_default_links_have_the_same_ids_in_every_database(database: Database) -> None:
    with database.write() as connection:
        chain = ensure_chain(connection, ChainNames(), T0_MS)
    assert chain == ("org_default", "team_default", "")


def test_organisations_do_not_share_teams_and_users(database: Database) -> None:
    with database.write() as connection:
        ours = ensure_chain(connection, ChainNames(user="ann"), T0_MS)
        theirs = ensure_chain(connection, ChainNames("acme", user="ann"), T0_MS)
    assert not set(ours) & set(theirs)


def test_a_user_is_one_person_in_all_teams(database: Database) -> None:
    with database.write() as connection:
        red = ensure_chain(connection, ChainNames(team="red", user="ann"), T0_MS)
        blue = ensure_chain(connection, ChainNames(team="blue", user="ann"), T0_MS)
    assert red.team_id != blue.team_id
    assert red.user_id == blue.user_id


def test_every_link_can_carry_limits_and_a_budget(database: Database) -> None:
    limits, budget = Limits(5, None, 7), Budget(1_000_000, "month")
    with database.write() as connection:
        ensure_chain(connection, ChainNames(), T0_MS)
        connection.execute(teams.update().values(**limit_columns(limits, budget)))
    with database.read() as connection:
        (team,) = [scope for scope in all_scopes(connection) if scope.kind == "team"]
        (top,) = [scope for scope in all_scopes(connection) if scope.kind == "organisation"]
    assert (team.limits, team.budget) == (limits, budget)
    assert (top.limits, top.budget) == (Limits(), None)
