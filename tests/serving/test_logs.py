from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import msgspec
import pytest

from vanguard.serving.logs import JsonLines, TextLines, set_up_logs


@pytest.fixture(autouse=True)
def _root_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def record(fault: bool = False) -> logging.LogRecord:
    trace = None
    if fault:
        try:
            int("oops")
        except ValueError:
            trace = sys.exc_info()
    return logging.LogRecord("x", logging.WARNING, __file__, 1, "two\nlines %d", (7,), trace)


def test_a_json_line_is_one_line() -> None:
    line = JsonLines().format(record(fault=True))
    assert "\n" not in line
    fields = msgspec.json.decode(line)
    assert (fields["level"], fields["process"]) == ("warning", "engine")
    assert fields["event"] == "two\nlines 7"
    assert "ValueError: invalid literal" in fields["trace"]


def test_a_text_line_is_one_line_before_its_trace() -> None:
    assert TextLines().format(record()).endswith("engine warning two\\nlines 7")
    assert "ValueError: invalid literal" in TextLines().format(record(fault=True))


@pytest.mark.parametrize("style", ["json", "text"])
def test_only_what_is_severe_enough_is_written(
    style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(style, "warning")
    logging.getLogger("here").info("unheard")
    logging.getLogger("here").error("heard")
    logging.getLogger("uvicorn").warning("also heard")
    written = capsys.readouterr().err
    assert "unheard" not in written
    assert written.count("heard") == 2
