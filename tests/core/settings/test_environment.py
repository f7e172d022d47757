import os

import pytest

from vanguard.core.settings import environment


def test_set_empty_and_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VG_SET", "x")
    monkeypatch.setenv("VG_EMPTY", "")
    monkeypatch.delenv("VG_NONE", raising=False)
    found = [environment.read(name) for name in ("VG_SET", "VG_EMPTY", "VG_NONE")]
    assert found == ["x", None, None]


def test_everything_is_a_copy() -> None:
    copy = dict(environment.everything())
    copy["VG_ADDED"] = "x"
    assert "VG_ADDED" not in os.environ
    assert copy["PATH"] == os.environ["PATH"]
