"""The folder of the model that training begins with."""

import json

import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.train.base_model import base_of, check


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen2_5_vl"}))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def test_a_model_is_known_by_its_files(folder):
    check(folder)
    before = base_of(folder)
    assert set(before.sha256) == {"config.json", "model.safetensors"}
    (folder / "model.safetensors").write_bytes(b"others")
    assert base_of(folder).sha256 != before.sha256


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda f: (f / "config.json").unlink(), "config.json cannot be read"),
        (lambda f: (f / "config.json").write_text("{"), "config.json cannot be read"),
        (lambda f: (f / "config.json").write_text("[]"), "of the type None"),
        (lambda f: (f / "config.json").write_text('{"model_type": "llama"}'), "type 'llama'"),
        (lambda f: (f / "model.safetensors").unlink(), "has no weights"),
    ],
)
def test_what_cannot_be_trained_is_said_before_anything_is_loaded(folder, break_it, message):
    break_it(folder)
    with pytest.raises(SettingsError, match=message) as caught:
        check(folder)
    assert "nothing is downloaded" in str(caught.value)


def test_a_name_of_a_hub_is_no_folder(tmp_path):
    with pytest.raises(SettingsError, match="no folder Qwen/Qwen2"):
        check(type(tmp_path)("Qwen/Qwen2.5-VL-3B-Instruct"))
