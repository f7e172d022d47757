"""Counts that processes share, and what remains of a process that is gone."""

import subprocess
import sys

import pytest

from vanguard.gateway.http.shares import Loads, Share

# a worker: says that it has its slot, tells what it is told, and goes when its input ends
WORKER = """
import sys
from pathlib import Path
from vanguard.gateway.http.shares import Loads
loads = Loads(Path(sys.argv[1]))
for line in sys.stdin:
    loads.tell(int(line))
    print(loads.fewest(), flush=True)
"""


class Worker:
    def __init__(self, path):
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, count):
        """The fewest that it sees."""
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "connections"


@pytest.fixture
def loads(path):
    made = Loads(path)
    yield made
    made.close()


@pytest.fixture
def worker(path):
    made = Worker(path)
    yield made
    made.kill()


def test_a_worker_alone_waits_for_nobody(loads):
    assert not Share([0] * 1000, loads).is_anothers_turn()


def test_the_one_with_more_leaves_it_to_the_other(loads, worker):
    connections = [0, 0]
    share = Share(connections, loads)
    assert worker.tell(2) == 2
    assert not share.is_anothers_turn()
    assert share.is_anothers_turn(coming=1)
    assert worker.tell(4) == 3
    connections += [0, 0]
    assert not share.is_anothers_turn()


@pytest.mark.parametrize(("own", "anothers"), [(100, False), (112, False), (113, True)])
def test_an_eighth_is_no_difference(loads, worker, own, anothers):
    worker.tell(100)
    assert Share([0] * own, loads).is_anothers_turn() is anothers


def test_nobody_waits_for_a_worker_that_is_gone(loads, worker):
    share = Share([0] * 5, loads)
    worker.tell(0)
    assert share.is_anothers_turn()
    share.refresh()
    assert share.is_anothers_turn()  # it lives
    worker.kill()
    share.refresh()
    assert not share.is_anothers_turn()


def test_nobody_waits_for_a_worker_that_accepts_no_more(loads, worker):
    share = Share([], loads)
    assert worker.tell(7) == 0
    share.leave()
    share.leave()
    assert worker.tell(7) == 7
    assert not share.is_anothers_turn()
    share.refresh()


def test_a_slot_is_used_again(loads, worker, path):
    worker.tell(3)
    worker.kill()
    another = Worker(path)
    try:
        assert another.tell(5) == 5
    finally:
        another.kill()


def test_a_file_that_is_something_else_is_begun_anew(path):
    path.write_bytes(b"\0" * 7)
    loads = Loads(path)
    loads.tell(9)
    assert loads.fewest() == 9
    loads.close()


def test_a_worker_without_a_slot_is_no_trouble(path, monkeypatch):
    monkeypatch.setattr(Loads, "_lock", lambda _loads, _slot: False)
    loads = Loads(path)
    share = Share([0] * 5, loads)
    assert not share.is_anothers_turn()
    share.leave()
