"""The master secret of the AWS door: found, or made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from vanguard.control.aws.master import master_reference, pair_of
from vanguard.core.aws_pair import aws_pair
from vanguard.core.errors import SettingsError
from vanguard.core.ids import hash_secret
from vanguard.core.settings.load import load_settings
from vanguard.core.settings.loaded import Loaded

HASH = hash_secret("vk-one")


def loaded(tmp_path: Path, text: str = "") -> Loaded:
    path = tmp_path / "vanguard.yaml"
    path.write_text(text)
    return load_settings(path, {})


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    reference = master_reference(loaded(tmp_path), tmp_path)
    path = Path(reference.removeprefix("file:"))
    assert path == tmp_path / "aws.key"
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.read_text()
    assert len(kept.strip()) >= 43
    assert master_reference(loaded(tmp_path), tmp_path) == reference
    assert path.read_text() == kept
    assert pair_of(HASH, reference, loaded(tmp_path)) == aws_pair(HASH, kept.strip().encode())


def test_a_setting_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER", "mine")
    settings = loaded(tmp_path, "aws: {master_key: 'env:MASTER'}")
    assert master_reference(settings, tmp_path) == "env:MASTER"
    assert not (tmp_path / "aws.key").exists()
    assert pair_of(HASH, "env:MASTER", settings) == aws_pair(HASH, b"mine")


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        master_reference(loaded(tmp_path), tmp_path / "gone")
    (tmp_path / "aws.key").write_text("\n")
    with pytest.raises(SettingsError, match="empty"):
        pair_of(HASH, f"file:{tmp_path / 'aws.key'}", loaded(tmp_path))
