from pathlib import Path

import pytest

from vanguard.cli.diagnosis.machine import clock, machine, memory, openmp, python, system


def test_this_machine_is_looked_at_whole() -> None:
    found = [one.check for one in machine()]
    assert found == ["python", "system", "libgomp", "memory", "clock"]


def test_python() -> None:
    assert python((3, 13, 1)).level == "ok"
    assert python((3, 9, 1)).level == "fail"


def test_system() -> None:
    assert system("Linux", "x86_64").level == "ok"
    assert system("Darwin", "arm64").level == "warn"


def test_openmp() -> None:
    found = openmp("libno-such-thing.so.1")
    assert found.level == "fail"
    assert "apt-get install libgomp1" in found.advice
    assert openmp("libc.so.6").level == "ok"


@pytest.mark.parametrize(("gib", "level"), [(0.3, "fail"), (1, "warn"), (4, "ok")])
def test_memory(tmp_path: Path, gib: float, level: str) -> None:
    table = tmp_path / "meminfo"
    table.write_text(f"MemTotal: 9 kB\nMemAvailable: {int(gib * 1024 * 1024)} kB\n")
    assert memory(table).level == level


def test_unknown_memory(tmp_path: Path) -> None:
    assert memory(tmp_path / "none").level == "warn"


@pytest.mark.parametrize(("now_s", "level"), [(0, "fail"), (1_800_000_000, "ok"), (5e9, "fail")])
def test_clock(now_s: float, level: str) -> None:
    assert clock(now_s).level == level
