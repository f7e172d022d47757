import os

import pytest


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that runs the tests may decide their outcome."""
    for name in list(os.environ):
        if name.startswith("VANGUARD_"):
            monkeypatch.delenv(name)
