import numpy as np
import pytest

from support.documents.sheets import Canvas
from vanguard.core.errors import SettingsError
from vanguard.documents.recognise.alphabet import OTHER, painted
from vanguard.documents.recognise.model import Recogniser, packaged
from vanguard.documents.recognise.strips import strip


def said(text):
    cut = strip(np.array(Canvas(260, 60).text(20, 20, text, 20).image))
    assert cut is not None
    classes, probability = packaged("numbers").read(cut)
    return painted(classes), probability


@pytest.mark.parametrize("text", ["1,204.50", "377", "38.5%", "2024-01-05"])
def test_the_packaged_net_reads_latin_numbers(text):
    found, probability = said(text)
    assert found == text
    assert 0.5 < probability <= 1


def test_letters_are_told_from_digits():
    assert OTHER in said("Total")[0]


def test_it_is_loaded_once():
    assert packaged("numbers") is packaged("numbers")


def test_what_is_no_net_is_refused(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    with pytest.raises(SettingsError, match=r"bad\.onnx"):
        Recogniser(tmp_path / "bad.onnx")
    with pytest.raises(SettingsError, match=r"none\.onnx"):
        Recogniser(tmp_path / "none.onnx")
