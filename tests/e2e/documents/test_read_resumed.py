"""A run of `vanguard documents read` that is killed goes on where it stood, and leaves nobody behind."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from support.documents.drawing import drawn

pytestmark = pytest.mark.e2e

FILES = 12
OPENED = 3 * FILES + 1  # files, their links and pages, and the empty value


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(FILES):
        lines = (f"page number {number}", "delta epsilon zeta", *("eta theta iota kappa",) * 30)
        image = Image.fromarray(drawn(lines, size_px=30, wide=700))
        image.save(folder / f"{number}.png", dpi=(150, 150))
    return folder


def begin(scans, out):
    words = ["documents", "read", scans, "-o", out, "--languages", "eng", "--processes", "1"]
    return subprocess.Popen(
        [sys.executable, "-m", "vanguard", *map(str, words)], stderr=subprocess.PIPE, text=True
    )


def pages_done(out):
    kept = out / ".vanguard/steps.db"
    if not kept.exists():
        return {}
    try:
        with contextlib.closing(sqlite3.connect(kept)) as database:
            query = "SELECT item, at_ms FROM flow_steps WHERE stage = 'documents.read_page'"
            return dict(database.execute(query))
    except sqlite3.OperationalError:
        return {}  # the tables are on their way


def values_kept(out):
    """How many values there are; the database is left alone while its owner opens it."""
    return sum(1 for path in (out / ".vanguard").glob("blobs/*/*") if path.name[0] != ".")


def descendants(of):
    """Processes whose environment or command names the output folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(of).encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_a_killed_run_goes_on_and_leaves_nobody_behind(scans, tmp_path, monkeypatch):
    out = tmp_path / "out"
    monkeypatch.setenv("MARK_OF_THIS_TEST", str(out))
    first = begin(scans, out)
    deadline = time.monotonic() + 60
    while values_kept(out) < OPENED + FILES // 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    before = pages_done(out)
    assert 0 < len(before) < FILES
    while descendants(out) not in ([], [os.getpid()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in descendants(out) if pid != os.getpid()] == []

    second = begin(scans, out)
    _, said = second.communicate(timeout=120)
    assert (second.returncode, said) == (0, "")
    after = pages_done(out)
    assert len(after) == FILES
    assert {item: after[item] for item in before} == before  # not read again
    for number in range(FILES):
        assert f"page number {number}" in (out / f"{number}.md").read_text()
