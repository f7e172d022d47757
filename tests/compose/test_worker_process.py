"""The worker as a process: what it refuses, and how it ends. What it reads is shown by tests/e2e/documents."""

import os
import signal
import subprocess
import sys
import threading

import msgspec
import pytest

from vanguard.compose import worker_process
from vanguard.core.errors import SettingsError
from vanguard.documents.service.boot import WorkerBoot
from vanguard.flow.local import Processes
from vanguard.store.database import Database, sqlite_url
from vanguard.store.documents.records import Wishes


@pytest.fixture
def boot(tmp_path):
    return WorkerBoot(
        name="worker",
        database_url=sqlite_url(tmp_path / "vanguard.db"),
        documents_folder=str(tmp_path / "documents"),
        wanted_path=str(tmp_path / "worker.wanted"),
        processes=1,
        page_s=60,
        max_file_bytes=1 << 20,
        max_pages=10,
        idle_s=0,
        drain_s=0.2,
    )


def test_wrong_words_and_no_boot_file_are_refused(tmp_path, capsys):
    assert worker_process.main([]) == 2
    assert worker_process.main(["--boot", str(tmp_path / "none.json")]) == 2
    (tmp_path / "boot.json").write_text("{}")
    assert worker_process.main(["--boot", str(tmp_path / "boot.json")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_it_works_by_what_it_is_told(boot):
    database = Database(boot.database_url)
    processes = Processes(boot.processes)
    bench = worker_process.build(boot, database, processes)._bench
    assert bench.owner.endswith("/worker")
    assert (bench.limits.pages, bench.limits.file_bytes) == (10, 1 << 20)
    assert str(bench.shelf.folder) == boot.documents_folder
    with bench.workshop(bench.shelf.work("doc_1"), 60) as shop:
        assert (shop.executor.warm, shop.executor.task_s) == (processes, 60)
    assert bench.shelf.blobs("doc_1").folder.is_dir()
    assert Wishes().languages == "ara"
    database.close()


@pytest.mark.parametrize("url", ["env:NO_SUCH_URL", "file:/no/such/file"])
def test_a_database_that_cannot_be_found_is_said(url):
    with pytest.raises(SettingsError, match=r"store\.url"):
        worker_process._resolved(url)


def test_the_database_may_stand_in_a_variable_or_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("THE_URL", "sqlite:////a.db")
    (tmp_path / "url").write_text("sqlite:////b.db\n")
    assert worker_process._resolved("env:THE_URL") == "sqlite:////a.db"
    assert worker_process._resolved(f"file:{tmp_path / 'url'}") == "sqlite:////b.db"
    assert worker_process._resolved("sqlite:////c.db") == "sqlite:////c.db"


class Scripted:
    """A worker that works until it is told to stop, or does not listen."""

    def __init__(self, *, listens=True, error=None):
        self.told = threading.Event()
        self.end = threading.Event()
        self.listens = listens
        self.error = error
        self.tended = 0
        self.given_back = False

    def run(self):
        if self.error:
            raise self.error
        (self.told if self.listens else self.end).wait(30)

    def stop(self):
        self.told.set()

    def tend(self):
        self.tended += 1
        os.kill(os.getpid(), signal.SIGTERM)

    def give_back(self):
        self.given_back = True


@pytest.fixture
def signals():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_it_ends_when_told(monkeypatch):
    monkeypatch.setattr(worker_process, "_TICK_S", 0.01)
    worker = Scripted()
    assert worker_process.serve(worker, 10)
    assert (worker.tended > 0, worker.given_back) == (True, False)


@pytest.mark.usefixtures("signals")
def test_a_page_that_takes_too_long_is_given_back(monkeypatch):
    monkeypatch.setattr(worker_process, "_TICK_S", 0.01)
    worker = Scripted(listens=False)
    assert not worker_process.serve(worker, 0.05)
    assert worker.given_back
    worker.end.set()


@pytest.mark.usefixtures("signals")
def test_what_ends_it_is_raised():
    with pytest.raises(KeyError, match="defect"):
        worker_process.serve(Scripted(error=KeyError("defect")), 1)


@pytest.mark.e2e
def test_without_work_it_ends_well(boot, tmp_path):
    path = tmp_path / "boot.json"
    path.write_bytes(msgspec.json.encode(boot))
    command = [sys.executable, "-P", "-m", "vanguard.compose.worker_process", "--boot", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.e2e
def test_a_database_that_cannot_be_used_is_one_line(boot, tmp_path):
    path = tmp_path / "boot.json"
    wrong = msgspec.structs.replace(boot, database_url="mysql://nowhere/db")
    path.write_bytes(msgspec.json.encode(wrong))
    command = [sys.executable, "-P", "-m", "vanguard.compose.worker_process", "--boot", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("worker cannot work: store.url")
