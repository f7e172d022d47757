"""Console sessions."""

from __future__ import annotations

import pytest

from support.clocks import StillClock
from vanguard.control.sessions import Sessions
from vanguard.store.database import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


def test_a_session_lasts_as_long_as_it_was_opened_for(
    database: Database, clock: StillClock
) -> None:
    sessions = Sessions(database, clock)
    token = sessions.open(60_000)
    assert sessions.is_open(token)
    clock.advance(59)
    assert sessions.is_open(token)
    clock.advance(11)
    assert not sessions.is_open(token)


def test_a_closed_session_is_closed_at_once(database: Database, clock: StillClock) -> None:
    sessions = Sessions(database, clock)
    token = sessions.open(60_000)
    assert sessions.is_open(token)
    sessions.close(token)
    assert not sessions.is_open(token)


def test_other_tokens_open_nothing(database: Database, clock: StillClock) -> None:
    sessions = Sessions(database, clock)
    token = sessions.open(60_000)
    for wrong in ("", "x", token[:-1], token + "a"):
        assert not sessions.is_open(wrong)
    assert sessions.open(60_000) != token


def test_sessions_outlive_a_restart(database: Database, clock: StillClock) -> None:
    token = Sessions(database, clock).open(60_000)
    assert Sessions(database, clock).is_open(token)


def test_asking_often_is_one_question_to_the_database(
    database: Database, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = Sessions(database, clock)
    token = sessions.open(60_000)
    asked = []
    read = database.read
    monkeypatch.setattr(database, "read", lambda: asked.append(1) or read())
    for _ in range(50):
        assert sessions.is_open(token)
    assert len(asked) == 1
