"""A home folder, a control service on SQLite in it, and a client with the admin key."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from support.clocks import StillClock
from support.databases import migrated_sqlite, sqlite_database
from support.records import T0_MS
from vanguard.control.app import create_app
from vanguard.control.boot import ControlBoot
from vanguard.control.service import ControlService

__all__ = ["migrated_sqlite", "sqlite_database"]

_apps: dict[str, FastAPI] = {}

ADMIN_KEY = "vk-admin-for-tests"


@pytest.fixture
def boot(tmp_path: Path, migrated_sqlite: Path) -> ControlBoot:
    shutil.copy(migrated_sqlite, tmp_path / "vanguard.db")
    (tmp_path / "admin.key").write_text(ADMIN_KEY)
    return ControlBoot(
        home=str(tmp_path),
        socket=str(tmp_path / "control.sock"),
        config=str(tmp_path / "vanguard.yaml"),
        admin_key_path=str(tmp_path / "admin.key"),
        snapshot_path=str(tmp_path / "snapshot.json"),
        journal_root=str(tmp_path / "journal"),
        engine_status_path=str(tmp_path / "engine.json"),
        gateway_url="http://127.0.0.1:8080",
    )


@pytest.fixture
def make_service(boot: ControlBoot) -> Iterator[Callable[[], ControlService]]:
    """Makes services on the same home; their threads are not started, tests call `tend`."""
    made: list[ControlService] = []

    def make() -> ControlService:
        service = ControlService(boot, StillClock(T0_MS + 172_800_000))
        made.append(service)
        return service

    yield make
    for service in made:
        service.stop()


@pytest.fixture
def service(make_service: Callable[[], ControlService]) -> ControlService:
    service = make_service()
    service.publish()
    return service


@pytest.fixture
def app(service: ControlService) -> FastAPI:
    """The application, its routes worked out once for all tests, its state this test's own."""
    fresh = create_app(service)
    kept = _apps.setdefault("app", fresh)
    kept.state = fresh.state
    return kept


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["authorization"] = f"Bearer {ADMIN_KEY}"
        yield client
