"""Log lines of the processes that use the standard library's loggers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from vanguard.core.logs import set_up_logs


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """Lines on standard error so far."""
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def lines() -> list[str]:
        return capsys.readouterr().err.splitlines()

    yield lines
    root.handlers[:], level = before
    root.setLevel(level)


def test_json_is_one_object_a_line(written) -> None:
    set_up_logs("control", "json", "info")
    logging.getLogger("x").warning("two\nlines %d", 5)
    (line,) = written()
    found = json.loads(line)
    assert (found["level"], found["process"]) == ("warning", "control")
    assert found["event"] == "two\nlines 5"


def test_text_keeps_a_message_on_its_line(written) -> None:
    set_up_logs("control", "text", "info")
    logging.getLogger("x").warning("two\nlines")
    (line,) = written()
    assert line.endswith("control warning two\\nlines")


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_defect_leaves_its_trace(written, style: str) -> None:
    set_up_logs("control", style, "info")
    try:
        int("broken")
    except ValueError:
        logging.getLogger("x").exception("failed")
    text = "\n".join(written())
    assert "Traceback" in text
    assert "ValueError: invalid literal" in text


def test_levels(written) -> None:
    set_up_logs("control", "json", "error")
    logging.getLogger("x").warning("unseen")
    logging.getLogger("alembic.runtime").info("unseen")
    logging.getLogger("x").error("seen")
    assert len(written()) == 1
