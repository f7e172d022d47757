"""Writes down which cells of the matrix a run has proved; used when `VANGUARD_RECORD` names a file.

A run of some of the tests leaves the other cells as they were recorded, but for those of a client whose
version has changed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import anthropic
import boto3
import openai
import pytest
from tools.client_matrix import declared

from support.clients.packages import AIDER, CLAUDE_CODE, CODEX, GEMINI_CLI

PACKAGES = {
    "Aider": AIDER,
    "Anthropic SDK": f"anthropic=={anthropic.__version__}",
    "boto3": f"boto3=={boto3.__version__}",
    "Claude Code": CLAUDE_CODE,
    "Codex CLI": CODEX,
    "Gemini CLI": GEMINI_CLI,
    "Google GenAI SDK": f"google-genai=={version('google-genai')}",
    "OpenAI SDK": f"openai=={openai.__version__}",
}

_NAMES = ("client", "what", "upstream")


class Recorder:
    """A cell is proved when each of its tests that ran passed in every phase."""

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

    def _kept(self) -> dict[tuple[str, str, str], bool]:
        """What was recorded before and still holds."""
        if not self._file.exists():
            return {}
        record = json.loads(self._file.read_text("utf-8"))
        same = {
            name for name, package in PACKAGES.items() if record["packages"].get(name) == package
        }
        named = {(one.client, one.what, one.upstream) for one in declared(self._file.parent)}
        found = [
            (tuple(cell[name] for name in _NAMES), proved)
            for proved, cells in ((True, record["passed"]), (False, record["failed"]))
            for cell in cells
            if cell["client"] in same or cell["client"] not in PACKAGES
        ]
        return {cell: proved for cell, proved in found if cell in named}

    def pytest_sessionfinish(self) -> None:
        known = {**self._kept(), **self._cells}

        def those(proved: bool) -> list[dict[str, str]]:
            cells = sorted(cell for cell, passed in known.items() if passed is proved)
            return [dict(zip(_NAMES, cell, strict=True)) for cell in cells]

        record = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "packages": PACKAGES,
            "passed": those(True),
            "failed": those(False),
        }
        self._file.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
