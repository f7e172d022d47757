import hashlib
import json

import cv2
import numpy as np
import pytest

from vanguard.documents.engines.tesseract import Tesseract, packaged_data
from vanguard.documents.recognise.adapt import charset, container, network
from vanguard.documents.recognise.adapt.recipe import begun, finished, main


@pytest.fixture(scope="module")
def digits():
    picture = np.full((60, 420), 255, np.uint8)
    cv2.putText(picture, "2026-11-26", (20, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)
    return picture


def read(folder, picture):
    lines = Tesseract("ara", folder).read(picture, "strip")
    return [(word.text, word.confidence) for line in lines for word in line.words]


def test_data_through_the_net_and_back_read_the_same(packaged_arabic, digits, tmp_path):
    (tmp_path / "ara.traineddata").write_bytes(finished(*begun(packaged_arabic)))
    assert read(tmp_path, digits) == read(packaged_data(), digits) != []


def test_data_of_floats_read_alike(packaged_arabic, digits, tmp_path):
    parts = container.unpacked(packaged_arabic)
    own = network.parsed(parts[container.LSTM])
    network.to_floats(own)
    floats = parts | {container.LSTM: network.written(own)}
    (tmp_path / "ara.traineddata").write_bytes(container.packed(floats))
    found = [text for text, _ in read(tmp_path, digits)]
    assert found == [text for text, _ in read(packaged_data(), digits)]


def test_who_changed_the_data_stands_in_them_once(packaged_arabic):
    once = finished(*begun(packaged_arabic))
    version = container.unpacked(finished(*begun(once)))[container.VERSION]
    assert version.endswith(b";adapted by vanguard")
    assert version.count(b";") == 1


@pytest.mark.fonts
def test_one_command_makes_the_data_and_says_how(tmp_path, capsys):
    target = tmp_path / "ara.traineddata"
    base = packaged_data() / "ara.traineddata"
    assert main([str(base), "--pages", "1", "--steps", "1", "-o", str(target)]) == 0
    about = json.loads(target.with_suffix(".json").read_text("utf-8"))
    assert about["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert about["base_sha256"] == hashlib.sha256(base.read_bytes()).hexdigest()
    assert about["lines"] > 10
    assert about["fonts"]
    assert "step 1: loss" in capsys.readouterr().err
    Tesseract("ara", tmp_path)


def test_the_packaged_data_are_those_that_are_told_of(packaged_arabic):
    about = json.loads((packaged_data() / "ara.json").read_text("utf-8"))
    assert about["sha256"] == hashlib.sha256(packaged_arabic).hexdigest()
    letters = charset.letters(container.unpacked(packaged_arabic)[container.UNICHARSET])
    assert set(about["more_letters"]) <= set(letters)
    assert about["licence"] == "Apache-2.0"
