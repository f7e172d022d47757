"""Every import contract of pyproject.toml is broken once on a stub of the house."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

FOLDERS = (
    *("cli", "compose", "gateway", "gateway/steps", "control", "serving", "console", "store"),
    *("documents", "flow", "review"),
    *("guardrails", "dialects", "snapshot", "sdk", "wire", "core", "core/settings"),
)

BREACHES = {
    "gateway knows control": ("gateway/app.py", "import vanguard.control", "one way"),
    "core looks up": ("core/money.py", "import vanguard.wire", "one way"),
    "an unplaced folder": ("utils/__init__.py", "", "one way"),
    "a ring": (
        "dialects/a.py",
        "import vanguard.dialects.b.x",
        "No rings between siblings",
    ),
    "gateway opens the store": ("gateway/app.py", "import vanguard.store", "store is closed"),
    "a step knows another": (
        "gateway/steps/call.py",
        "import vanguard.gateway.steps.route",
        "steps do not know",
    ),
    "gateway brings SQL along": ("gateway/app.py", "import sqlite3", "reach no web framework"),
    "gateway reaches pydantic through core": (
        "gateway/app.py",
        "import vanguard.core.settings.tree",
        "reach no web framework",
    ),
    "core takes pydantic": ("core/money.py", "import pydantic", "Core is values"),
    "SQL outside the store": ("control/keys.py", "import sqlalchemy", "SQL lives in the store"),
    "review knows the runner": ("review/rules.py", "import vanguard.flow", "one way"),
    "review keeps tasks itself": (
        "review/rules.py",
        "import sqlalchemy",
        "The runner and review reach no web framework",
    ),
    "a runner with numbers": ("flow/run.py", "import numpy", "The runner and review reach no web"),
    "an image outside documents": ("cli/up.py", "import cv2", "live in documents alone"),
    "training outside documents": ("cli/up.py", "import trl", "Training libraries live"),
    "an engine outside serving": ("cli/up.py", "import xllamacpp", "Engines live in serving"),
}


@pytest.fixture
def house(tmp_path, write, repository):
    project = (repository / "pyproject.toml").read_text()
    write("pyproject.toml", project[project.index("[tool.importlinter]") :])
    write("src/vanguard/__init__.py", "")
    for folder in FOLDERS:
        write(f"src/vanguard/{folder}/__init__.py", "")
    write("src/vanguard/gateway/steps/route.py", "")
    write("src/vanguard/core/settings/tree.py", "import pydantic\nimport yaml\n")
    write("src/vanguard/dialects/b/__init__.py", "")
    write("src/vanguard/dialects/b/x.py", "import vanguard.dialects.a\n")
    write("src/vanguard/dialects/a.py", "")
    write("src/vanguard/core/money.py", "")

    def lint() -> tuple[int, str]:
        done = subprocess.run(
            [Path(sys.executable).parent / "lint-imports", "--no-cache"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "src"), "COLUMNS": "300"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return lint


def test_the_stub_keeps_every_contract(house):
    code, said = house()
    assert code == 0, said


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_fails(name, house, write):
    path, text, contract = BREACHES[name]
    write(f"src/vanguard/{path}", f"{text}\n")
    code, said = house()
    assert code == 1, said
    broken = [line for line in said.splitlines() if " BROKEN" in line]
    assert any(contract in line for line in broken), said


def test_every_contract_is_broken_once(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    names = [contract["name"] for contract in project["tool"]["importlinter"]["contracts"]]
    assert all(any(breach[2] in name for breach in BREACHES.values()) for name in names), (
        "a contract without a seeded breach"
    )
