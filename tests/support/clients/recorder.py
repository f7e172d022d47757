"""Writes down which cells of the matrix a run has proved; used when `VANGUARD_RECORD` names a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import anthropic
import boto3
import openai
import pytest

from support.clients.packages import AIDER, CLAUDE_CODE, CODEX, GEMINI_CLI

PACKAGES = {
    "Aider": AIDER,
    "Anthropic SDK": f"anthropic=={anthropic.__version__}",
    "boto3": f"boto3=={boto3.__version__}",
    "Claude Code": CLAUDE_CODE,
    "Codex CLI": CODEX,
    "Gemini CLI": GEMINI_CLI,
    "OpenAI SDK": f"openai=={openai.__version__}",
}


class Recorder:
    """A cell is proved when each of its tests passed in every phase."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._cells: dict[tuple[str, str, str], bool] = {}
        self._marks: dict[str, list[tuple[str, str, str]]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            self._marks[item.nodeid] = [
                (mark.kwargs["client"], mark.kwargs["what"], mark.kwargs["upstream"])
                for mark in item.iter_markers("proves")
            ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for cell in self._marks.get(report.nodeid, ()):
            self._cells[cell] = self._cells.get(cell, True) and report.passed

    def pytest_sessionfinish(self) -> None:
        def those(proved: bool) -> list[dict[str, str]]:
            names = ("client", "what", "upstream")
            cells = sorted(cell for cell, passed in self._cells.items() if passed is proved)
            return [dict(zip(names, cell, strict=True)) for cell in cells]

        record = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "packages": PACKAGES,
            "passed": those(True),
            "failed": those(False),
        }
        self._file.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
