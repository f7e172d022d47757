import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.compose.supervisor.logs import MAX_LINE_BYTES, Line, LineReader, LogFile

TEXT = (
    b'{"at": 1.5, "level": "warning", "process": "control", "event": "slow", "ms": 12}\n'
    b"12:00:00 control error no such table\n"
    b"llama_model_loader: loaded meta data\n"
    b"Traceback (most recent call last):\n"
    b'  File "x.py", line 1, in <module>\n'
    b"ValueError: b\xc3\xa4d\n"
    b"INFO: all errors are gone now\n"
    b"\n"
    b'{"level": "nonsense", "message": "m", "empty": null}\n'
    b"{not json\n"
    b'{"level": "error", "event": "failed", "trace": "Traceback\\n  x"}\n'
)
LINES = [
    Line("warning", "slow ms=12"),
    Line("error", "12:00:00 control error no such table"),
    Line("info", "llama_model_loader: loaded meta data"),
    Line("error", "Traceback (most recent call last):"),
    Line("error", '  File "x.py", line 1, in <module>'),
    Line("error", "ValueError: bäd"),
    Line("info", "INFO: all errors are gone now"),
    Line("info", "m"),
    Line("info", "{not json"),
    Line("error", "failed\nTraceback\n  x"),
]


@given(st.lists(st.integers(0, len(TEXT)), max_size=20))
def test_lines_and_levels_at_every_boundary_of_chunks(cuts: list[int]) -> None:
    reader = LineReader()
    places = [0, *sorted(cuts), len(TEXT)]
    found = [
        line for begin, end in itertools.pairwise(places) for line in reader.feed(TEXT[begin:end])
    ]
    assert found == LINES


def test_a_line_without_end_is_bounded() -> None:
    reader = LineReader()
    found = [line for _ in range(40) for line in reader.feed(b"x" * 8192)]
    assert found
    assert all(len(line.text) <= MAX_LINE_BYTES for line in found)


def test_any_bytes_are_lines() -> None:
    assert list(LineReader().feed(b"\xff\x00\n")) == [Line("info", "\ufffd\x00")]


def test_files_rotate_and_are_bounded(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "x.log", max_bytes=100)
    for number in range(100):
        file.write(f"{number:019}\n".encode())
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["x.log", "x.log.1", "x.log.2", "x.log.3"]
    assert all(path.stat().st_size <= 100 for path in files)
    assert (tmp_path / "x.log").read_text().endswith("99\n")
    kept = "".join(path.read_text() for path in reversed(files)).split()
    assert [int(line) for line in kept] == list(range(80, 100))
    assert files[0].stat().st_mode & 0o077 == 0


def test_a_file_of_the_last_start_is_continued(tmp_path: Path) -> None:
    LogFile(tmp_path / "x.log", 30).write(b"a" * 20)
    LogFile(tmp_path / "x.log", 30).write(b"b" * 20)
    assert (tmp_path / "x.log.1").read_bytes() == b"a" * 20
    assert (tmp_path / "x.log").read_bytes() == b"b" * 20


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.log").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        LogFile(tmp_path / "x.log").write(b"a")
