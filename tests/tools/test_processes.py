"""Tests in several processes are told, counted and judged as those of one."""

from __future__ import annotations

import subprocess
import sys

import pytest


class Item:
    def __init__(self, nodeid):
        self.nodeid = nodeid


def test_each_file_has_one_turn(tool):
    module = tool("processes")
    names = ["a.py::x", "b.py::x[a::b]", "a.py::y", "c.py::x"]
    turns = module.Turns([Item(name) for name in names])
    one, other = iter(turns), iter(turns)
    taken = [next(one), next(other)]
    assert [[item.nodeid for item in file] for file in taken] == [
        ["a.py::x", "a.py::y"],
        names[1:2],
    ]
    turns.stop()
    assert [*one, *other] == []


def test_how_a_process_ended(tool):
    module = tool("processes")
    assert module.ending(-11) == "died of SIGSEGV"
    assert module.ending(3) == "ended with 3"


FIRST = """
import os, warnings

def test_captured():
    print("what it printed")
    os.write(1, b"what the system heard")
    assert [1, 2] == [1, 3]

def test_folders(tmp_path_factory):
    made = tmp_path_factory.mktemp("same", numbered=False)
    assert made.parent.name.startswith("process-")

def test_warns():
    warnings.warn("a warning of ours")
"""
SECOND = """
import pytest

@pytest.mark.xfail
def test_known():
    assert False

@pytest.fixture(scope="session")
def lasting():
    yield
    raise ValueError("what was wrong at the end")

def test_lasting(lasting, tmp_path_factory):
    tmp_path_factory.mktemp("same", numbered=False)

@pytest.mark.parametrize("number", range(3))
def test_many(number):
    if number == 1:
        pytest.skip("no one")
"""


@pytest.fixture
def run(write, repository, tmp_path):
    """Runs files of tests in two processes; the exit code and what was said."""

    def run(*arguments, **files):
        write("pytest.ini", "[pytest]\nasyncio_default_fixture_loop_scope = function\n")
        for name, content in files.items():
            write(f"test_{name}.py", content)
        plugins = ["-p", "tools.processes", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", "-q", "-rs", *plugins, "--processes", "2"]
        done = subprocess.run(
            [*command, "--rootdir", str(tmp_path), *arguments, str(tmp_path)],
            cwd=repository,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.e2e
def test_what_happened_is_told_as_by_one_process(run):
    code, said = run(first=FIRST, second=SECOND)
    assert code == 1
    assert "1 failed, 5 passed, 1 skipped, 1 xfailed, 1 warning, 1 error" in said
    assert "assert [1, 2] == [1, 3]" in said
    assert said.count("what it printed") == 2  # in its source and as captured
    assert "what the system heard" in said
    assert "a warning of ours" in said
    assert "no one" in said
    assert "ValueError: what was wrong at the end" in said


@pytest.mark.e2e
def test_a_process_that_dies_is_named_with_what_it_was_at(run):
    died = "import os\ndef test_dies():\n    os.kill(os.getpid(), 9)\n"
    code, said = run(first="def test_a(): pass\n", second=died, third="def test_c(): pass\n")
    assert code == 3
    assert "a process died of SIGKILL in test_second.py" in said
    assert " passed" in said


@pytest.mark.e2e
def test_no_file_is_begun_after_the_last_failure_that_is_allowed(run):
    fails = "def test_a(): assert 0\n\ndef test_b(): assert 0\n"
    code, said = run("-x", *["-k", "test_a or test_b"], first=fails)
    assert code == 1
    assert "stopping after 1 failures" in said
    assert "1 failed" in said


@pytest.mark.e2e
def test_a_file_that_cannot_be_imported_stops_all(run):
    code, said = run(first="import nothing_like_it\n", second="def test_b(): pass\n")
    assert code == 2
    assert "nothing_like_it" in said
    assert "passed" not in said
