import hashlib
import json

import pytest

pytestmark = pytest.mark.fonts


def test_one_command_makes_the_net_and_says_how(tmp_path, capsys):
    from vanguard.documents.recognise.model import Recogniser
    from vanguard.documents.recognise.train.recipe import main

    target = tmp_path / "small.onnx"
    assert main(["--pages", "1", "--epochs", "1", "-o", str(target)]) == 0
    about = json.loads(target.with_suffix(".json").read_text("utf-8"))
    assert about["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert about["strips"] > 100
    assert about["fonts"]
    assert len(about["losses"]) == 1
    assert "epoch 1: loss" in capsys.readouterr().err
    Recogniser(target)
