"""What every database must do for control: the same story on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from support.postgres import running_server
from support.records import intent, journal_bytes, settled
from vanguard.control.app import create_app
from vanguard.control.boot import ControlBoot
from vanguard.control.ingest import Ingest
from vanguard.control.service import ControlService
from vanguard.core.errors import StoreUnavailable
from vanguard.snapshot.file import read_snapshot
from vanguard.snapshot.model import JournalMark
from vanguard.store.database import Database
from vanguard.store.ledger import all_marks
from vanguard.store.reports import UsageQuery, usage_sums
from vanguard.store.spending import current_spend

ADMIN_KEY = "vk-admin-for-tests"
FAR_MS = 4_102_444_800_000  # 2100: only the windows `total` hold anything then


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[[str], ControlService]]:
    made: list[ControlService] = []

    def make(url: str) -> ControlService:
        (tmp_path / "admin.key").write_text(ADMIN_KEY)
        (tmp_path / "vanguard.yaml").write_text(f"store: {{url: '{url}', usage_days: 10000}}\n")
        boot = ControlBoot(
            home=str(tmp_path),
            socket=str(tmp_path / "control.sock"),
            config=str(tmp_path / "vanguard.yaml"),
            admin_key_path=str(tmp_path / "admin.key"),
            snapshot_path=str(tmp_path / "snapshot.json"),
            journal_root=str(tmp_path / "journal"),
            engine_status_path=str(tmp_path / "engine.json"),
            gateway_url="http://127.0.0.1:8080",
        )
        made.append(ControlService(boot))
        return made[-1]

    yield make
    for service in made:
        service.stop()


def write_journal(root: Path, numbers: range, worker: str = "w0") -> None:
    folder = root / "journal" / worker
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{0:020}.journal").open("ab") as file:
        for number in numbers:
            request_id = f"req_{worker}_{number}"
            file.write(journal_bytes(intent(request_id), settled(request_id, cost_usd_micros=1)))


def api(service: ControlService) -> TestClient:
    client = TestClient(create_app(service), raise_server_exceptions=False)
    client.headers["authorization"] = f"Bearer {ADMIN_KEY}"
    return client


def test_a_key_from_its_making_to_its_report(
    make_service: Callable[[str], ControlService], database_url: str, tmp_path: Path
) -> None:
    service = make_service(database_url)
    service.publish()
    client = api(service)
    made = client.post(
        "/api/keys",
        json={"name": "k", "team": "red", "user": "ann", "budget_usd": 1, "tags": {"app": "x"}},
    ).json()
    key = read_snapshot(tmp_path / "snapshot.json").keys
    (mine,) = [each for each in key.values() if each.id == made["id"]]
    folder = tmp_path / "journal" / "w0"
    folder.mkdir(parents=True)
    chain = {
        "key_id": mine.id,
        "organisation_id": mine.organisation_id,
        "team_id": mine.team_id,
        "user_id": mine.user_id,
        "scopes": mine.scopes,
        "tags": {"app": "x"},
    }
    (folder / f"{0:020}.journal").write_bytes(
        journal_bytes(intent("req_a", **chain), settled("req_a"), intent("req_b", **chain))
    )
    service.tend()
    service.publish()
    (spend,) = read_snapshot(tmp_path / "snapshot.json").spend
    assert (spend.scope_id, spend.usd_micros) == (made["id"], 700)
    shown = client.get(f"/api/keys/{made['id']}").json()
    assert shown["spent_usd_micros"] == 700
    assert shown["last_used_at"] == "2026-01-01T00:00:00Z"
    rows = client.get("/api/usage", params={"group_by": "team,user,key,tag:app"}).json()["data"]
    assert [(row["team"], row["user"], row["key_name"], row["tag:app"]) for row in rows] == [
        ("red", "ann", "k", "x")
    ]
    assert [row["status"] for row in client.get("/api/requests").json()["data"]] == ["open", "ok"]


def test_spend_always_fits_the_marks_beside_it(database: Database, tmp_path: Path) -> None:
    """A reader sees no batch by halves, however many are being written."""
    write_journal(tmp_path, range(400))
    path = tmp_path / "journal" / "w0" / f"{0:020}.journal"
    data = path.read_bytes()
    ends = [end + 1 for end, byte in enumerate(data) if byte == ord("\n")]
    path.write_bytes(b"")
    ingest = Ingest(database, tmp_path / "journal")
    stop = threading.Event()
    faults: list[str] = []
    seen: set[int] = set()

    def watch() -> None:
        while not stop.is_set():
            with database.read() as connection:
                mark = all_marks(connection).get("w0", JournalMark(0, 0)).offset
                spent = current_spend(connection, FAR_MS).get(("org_default", "total"), 0)
            lines = sum(end <= mark for end in ends)
            seen.add(spent)
            if spent != lines // 2:
                faults.append(f"{spent} spent at line {lines}")

    watcher = threading.Thread(target=watch)
    watcher.start()
    for start in range(0, len(ends), 10):
        upto = ends[min(start + 10, len(ends)) - 1]
        with path.open("ab") as file:
            file.write(data[path.stat().st_size : upto])
        ingest.poll()
    stop.set()
    watcher.join()
    assert faults == []
    assert len(seen) > 1  # it did watch while something happened
    with database.read() as connection:
        assert current_spend(connection, FAR_MS)["org_default", "total"] == 400


def test_processes_that_read_the_same_journals_count_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    for worker in ("w0", "w1"):
        write_journal(tmp_path, range(200), worker)
    failures: list[BaseException] = []
    gate = threading.Barrier(3)

    def read_on() -> None:
        own = Database(database_url)
        try:
            ingest = Ingest(own, tmp_path / "journal")
            gate.wait()
            while ingest.poll():
                pass
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=read_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as connection:
        (total,) = usage_sums(connection, UsageQuery())
        marks = all_marks(connection)
    assert (total.requests, total.cost_usd_micros) == (400, 400)
    for worker, mark in marks.items():
        size = (tmp_path / "journal" / worker / f"{0:020}.journal").stat().st_size
        assert mark == JournalMark(size, size)


@pytest.mark.postgres
def test_a_server_that_goes_and_comes_back(
    make_service: Callable[[str], ControlService], tmp_path: Path
) -> None:
    with running_server() as server:
        service = make_service(server.create_database())
        service.publish()
        client = api(service)
        write_journal(tmp_path, range(10))
        server.stop()
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                service.tend()
        answer = client.post("/api/keys", json={"name": "k"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")
        assert client.get("/api/models").status_code == 200  # needs no database
        server.start()
        service.tend()
        assert client.post("/api/keys", json={"name": "k"}).status_code == 201
        assert client.get("/api/usage").json()["total"]["requests"] == 10
        assert read_snapshot(tmp_path / "snapshot.json").journals["w0"].offset > 0
