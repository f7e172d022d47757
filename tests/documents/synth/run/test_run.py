"""Whole runs: the same bytes, going on after a stop, refusals counted, full disks said."""

import errno
import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.synthetic import FONTS, PAPER
from vanguard.core.errors import SettingsError
from vanguard.documents.synth.fonts import found
from vanguard.documents.synth.run import run as module
from vanguard.documents.synth.run import work
from vanguard.documents.synth.run.options import Options
from vanguard.documents.synth.run.run import run


def options(pages=3, **changes):
    known = {"kinds": ("letter", "vocalised"), "dpi": 50, "paper": PAPER, "fonts": (str(FONTS),)}
    return Options(pages, **{**known, **changes})


def hashes(out):
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob("*")
        if path.is_file()
    }


def test_a_run_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    run(options(), tmp_path / "whole", 1)

    class Stop(Exception):
        pass

    real = work.write
    calls = itertools.count()

    def stopping(job, number):
        if next(calls) == 2:
            raise Stop
        return real(job, number)

    monkeypatch.setattr(work, "write", stopping)
    with pytest.raises(Stop):
        run(options(), tmp_path / "stopped", 1)
    seen = []
    report = run(
        options(), tmp_path / "stopped", 1, lambda whole, pages: seen.append((whole, pages))
    )
    assert (report.made, report.kept) == (1, 2)
    assert seen == [(2, 3), (3, 3)]
    assert hashes(tmp_path / "stopped") == hashes(tmp_path / "whole")
    assert run(options(), tmp_path / "whole", 1).made == 0


def test_shards_are_packed_and_single_files_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(module.pack, "SHARD_PAGES", 2)
    run(options(format="webdataset"), tmp_path / "o", 1)
    assert sorted(hashes(tmp_path / "o")) == [
        "manifest.jsonl",
        "run.json",
        "shards/pages-00000.tar",
        "shards/pages-00001.tar",
    ]


def test_facts_are_written_beside_the_pages(tmp_path):
    run(options(format="facts"), tmp_path / "o", 1)
    kept = (tmp_path / "o" / "facts.jsonl").read_bytes()
    assert kept.count(b"\n") > 3
    run(options(format="facts"), tmp_path / "p", 1)
    assert (tmp_path / "p" / "facts.jsonl").read_bytes() == kept


def test_a_run_killed_between_its_last_page_and_its_shard_packs_it(tmp_path, monkeypatch):
    chosen = options(format="webdataset", pages=1)
    with monkeypatch.context() as patch:
        patch.setattr(module._Progress, "pack", lambda *_: None)
        patch.setattr(module._Progress, "finish", lambda *_: None)
        run(chosen, tmp_path / "o", 1)
    assert run(chosen, tmp_path / "o", 1).made == 0
    assert (tmp_path / "o" / "shards" / "pages-00000.tar").is_file()


def test_benchmarks_are_kept_out_and_counted(tmp_path):
    text, avoid = tmp_path / "text", tmp_path / "avoid"
    text.mkdir()
    avoid.mkdir()
    secret = "هذه جملة من اختبار معروف لا يجوز أن تظهر في الصفحات أبدا"
    (text / "a.txt").write_text(
        f"{secret}\n" + "جملة أخرى مسموح بها في كل الصفحات دون قيد\n" * 1, "utf-8"
    )
    (avoid / "test.txt").write_text(secret, "utf-8")
    chosen = options(1, kinds=("plain",), text=(str(text),), avoid=(str(avoid),))
    report = run(chosen, tmp_path / "o", 1)
    assert report.refused_parts == 1
    page = next((tmp_path / "o").rglob("*.md")).read_text("utf-8")
    assert "اختبار معروف" not in page
    assert "مسموح" in page


def test_a_run_does_not_go_on_with_other_fonts(tmp_path):
    fonts = tmp_path / "fonts"
    shutil.copytree(FONTS, fonts)
    chosen = options(1, fonts=(str(fonts),))
    run(chosen, tmp_path / "o", 1)
    (fonts / "DejaVuSans.ttf").unlink()
    found._scan.cache_clear()
    with pytest.raises(SettingsError, match="was begun with fonts"):
        run(chosen, tmp_path / "o", 1)


def test_few_faces_are_said(tmp_path):
    report = run(options(1), tmp_path / "o", 1)
    assert report.advice.startswith("2 faces with Arabic were found, 30 are wanted")


def test_a_full_disk_is_said_with_what_is_whole(tmp_path, monkeypatch):
    real = work.write

    def full(job, number):
        if number:
            raise OSError(errno.ENOSPC, "No space left on device", "somewhere")
        return real(job, number)

    monkeypatch.setattr(work, "write", full)
    with pytest.raises(OSError, match="1 of 3 pages are whole: make room") as caught:
        run(options(), tmp_path / "o", 1)
    assert caught.value.filename == str(tmp_path / "o")


@pytest.mark.parametrize(
    ("changes", "workers", "message"),
    [
        ({"pages": 0}, 1, "pages: 0"),
        ({}, 0, "workers: 0"),
        ({"fonts": ("/nowhere",)}, 1, "no folder /nowhere"),
        ({"avoid": ("/nowhere",)}, 1, "avoid: no folder"),
        ({"text": ("/nowhere",)}, 1, "texts: no folder"),
    ],
)
def test_bad_options_are_said_before_anything_is_written(tmp_path, changes, workers, message):
    with pytest.raises(SettingsError, match=message):
        run(options(**changes), tmp_path / "o", workers)
    assert not (tmp_path / "o").exists()


COMMAND = (
    *("--pages", "16", "--seed", "9", "--dpi", "60", "--paper", "210x260", "--degrade", "mixed"),
    *("--fonts", str(FONTS)),
)


def command(out, *more):
    return [
        sys.executable,
        "-m",
        "vanguard.cli.main",
        "documents",
        "synth",
        str(out),
        *COMMAND,
        *more,
    ]


def workers_of(process):
    """The processes of a pool, by their command line in /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process.pid and b"spawn_main" in (path / "cmdline").read_bytes():
                found.append(int(path.name))
        except (OSError, ValueError):
            continue  # it ended meanwhile
    return found


def wait_for(condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.e2e
def test_any_number_of_processes_and_any_kill_give_the_same_bytes(tmp_path):
    subprocess.run(command(tmp_path / "one", "--workers", "1"), check=True, capture_output=True)
    out = tmp_path / "killed"
    for wanted in (2, 6):
        process = subprocess.Popen(
            command(out, "--workers", "3"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(lambda wanted=wanted: len(list(out.rglob(".records/*/*.json"))) >= wanted)
        workers = workers_of(process)
        process.kill()
        process.wait()
        wait_for(lambda workers=workers: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert not (out / "manifest.jsonl").exists()
    done = subprocess.run(
        command(out, "--workers", "2"), check=True, capture_output=True, text=True
    )
    assert "were there" in done.stdout
    assert hashes(out) == hashes(tmp_path / "one")


@pytest.mark.e2e
def test_a_process_that_is_killed_is_said(tmp_path):
    out = tmp_path / "o"
    more = ("--workers", "2", "--pages", "5000")
    with subprocess.Popen(command(out, *more), stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(lambda: list(out.rglob(".records/*/*.json")) and len(workers_of(process)) == 2)
            os.kill(workers_of(process)[0], signal.SIGKILL)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 1
    assert "with fewer --workers" in said
