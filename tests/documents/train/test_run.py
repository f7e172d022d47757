"""A whole run. What is said before anything is loaded is told here; training itself is in `test_run_trained`."""

import pytest

from support.documents import pages_to_learn
from support.documents.training import recipe
from vanguard.core.errors import InvalidRequest, SettingsError
from vanguard.documents.train import run as runs
from vanguard.documents.train.gate.bar import Bar
from vanguard.documents.train.run import Places, require_libraries, run


def go(data, base, out, bar=None, **more):
    return run(recipe(), bar or Bar(), Places(data, base, out, **more), lambda *_: None)


def test_a_missing_library_is_named_with_what_to_install(monkeypatch):
    require_libraries()
    monkeypatch.setattr(runs, "LIBRARIES", ("torch", "nowhere_to_be_found"))
    with pytest.raises(SettingsError, match=r"nowhere_to_be_found.*\[documents,train\]"):
        require_libraries()


def test_what_is_wrong_is_said_before_seconds_are_spent(tmp_path, monkeypatch):
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_text('{"model_type": "qwen2_5_vl"}')
    (base / "model.safetensors").write_bytes(b"")
    monkeypatch.setitem(__import__("sys").modules, "vanguard.documents.train.model", None)
    with pytest.raises(SettingsError, match="no figure 'crr'"):
        go(tmp_path, base, tmp_path / "out", Bar(figures=("crr",)))
    with pytest.raises(SettingsError, match="there is no folder"):
        go(tmp_path, tmp_path / "none", tmp_path / "out")
    with pytest.raises(InvalidRequest, match="no such file"):
        go(tmp_path, base, tmp_path / "out")
    pages_to_learn.make(tmp_path / "data")
    with pytest.raises(InvalidRequest, match="no such file"):
        go(tmp_path / "data", base, tmp_path / "out", held_out=tmp_path / "none")
    pages_to_learn.make(tmp_path / "one", pages_to_learn.ANSWERS[:1])
    with pytest.raises(InvalidRequest, match="1 held-out page: an interval needs 2"):
        go(tmp_path / "data", base, tmp_path / "out", held_out=tmp_path / "one")
    with pytest.raises(SettingsError, match="no folder"):
        go(tmp_path / "data", base, tmp_path / "out", avoid=(tmp_path / "none",))
    assert not (tmp_path / "out").exists()
