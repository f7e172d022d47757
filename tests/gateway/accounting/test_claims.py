import shutil
import subprocess
import sys

import pytest
from msgspec import structs

from support.gateway import deployment, snapshot
from support.records import intent, settled
from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import STRIDE_BYTES
from vanguard.gateway.accounting import claims
from vanguard.gateway.accounting.claims import claim, close_abandoned, journal_folders
from vanguard.gateway.accounting.journal import Journal, replay
from vanguard.snapshot.model import JournalMark


def empty_snapshot():
    return snapshot([deployment("http://127.0.0.1:1/v1")])


def write(folder, *records):
    journal = Journal(folder)
    for record in records:
        journal.append(record)
    journal.close()


def test_a_folder_has_one_owner_and_the_next_one_takes_the_one_beside_it(tmp_path):
    first = claim(tmp_path / "gateway-0")
    second = claim(tmp_path / "gateway-0")
    assert [first.name, second.name] == ["gateway-0", "gateway-0.2"]
    first.release()
    first.release()
    third = claim(tmp_path / "gateway-0")
    assert third.folder == tmp_path / "gateway-0"
    assert [path.name for path in journal_folders(tmp_path)] == ["gateway-0", "gateway-0.2"]


def test_the_lock_ends_with_the_process(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; from vanguard.gateway.accounting.claims import claim\n"
        "print(claim(Path(sys.argv[1])).name, flush=True); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "w")], capture_output=True, check=False
    )
    assert died.stdout == b"w\n"
    assert claim(tmp_path / "w").name == "w"


def test_a_lock_that_was_deleted_is_taken_again(tmp_path):
    mine = claim(tmp_path / "w")
    mine.renew()
    shutil.rmtree(tmp_path / "w")
    mine.renew()
    assert claim(tmp_path / "w").name == "w.2"
    mine.release()
    mine.renew()  # one that was given back stays so
    assert claim(tmp_path / "w").name == "w"


def test_there_are_not_endlessly_many(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "_MOST", 2)
    held = [claim(tmp_path / "w"), claim(tmp_path / "w")]
    with pytest.raises(LedgerUnavailable):
        claim(tmp_path / "w")
    assert len(held) == 2


def test_what_the_dead_left_open_is_settled_once_and_the_living_are_left_alone(tmp_path):
    write(tmp_path / "dead", intent("a"), settled("a"), intent("b"))
    write(tmp_path / "alive", intent("c"))
    alive, own = claim(tmp_path / "alive"), claim(tmp_path / "own")
    assert close_abandoned(tmp_path, own, empty_snapshot(), 9) == 1
    assert close_abandoned(tmp_path, own, empty_snapshot(), 9) == 0
    last = [record for _, record in replay(tmp_path / "dead", 0)][-1]
    assert (last.request_id, last.status) == ("b", "unsettled")
    assert len(list(replay(tmp_path / "alive", 0))) == 1
    alive.release()
    assert close_abandoned(tmp_path, own, empty_snapshot(), 9) == 1
    # a folder that was only tidied is free again
    assert claim(tmp_path / "dead").name == "dead"


def test_what_is_settled_for_the_dead_stands_beyond_what_control_has_read(tmp_path):
    write(tmp_path / "dead", intent("a"))
    value = structs.replace(empty_snapshot(), journals={"dead": JournalMark(5 * STRIDE_BYTES, 0)})
    assert close_abandoned(tmp_path, claim(tmp_path / "own"), value, 9) == 1
    assert [at > 6 * STRIDE_BYTES for at, _ in replay(tmp_path / "dead", 0)] == [False, True]
