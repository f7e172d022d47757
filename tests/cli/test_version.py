import json
import subprocess
import sys

import pytest

import vanguard
from vanguard.cli.main import main


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert capsys.readouterr().out.startswith(f"vanguard {vanguard.__version__} (Python 3.")
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"vanguard {vanguard.__version__}\n"


def test_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["version"] == vanguard.__version__
    assert facts["executable"] == sys.executable


def test_it_loads_nothing_heavy() -> None:
    script = (
        "import sys; from vanguard.cli.main import main; main(['version']);"
        "print([m for m in ('pydantic', 'yaml', 'fastapi', 'httpx', 'rich', 'msgspec', 'asyncio')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
