import hashlib
import json
from importlib import resources

import numpy as np
import pytest

from support.documents.sheets import Canvas
from vanguard.documents.recognise.alphabet import CLASSES, LETTERS, OTHER, classes, painted, typed
from vanguard.documents.recognise.numbers import OwnNumbers
from vanguard.documents.tables.forms import is_number


class Says:
    """A net that says this of every strip."""

    def __init__(self, text, probability=0.9):
        self.said = classes(text), probability

    def read(self, strip):
        return self.said


def shown(text):
    return np.array(Canvas(260, 60).text(20, 20, text, 20).image)


def test_a_number_is_read_and_white_paper_and_words_are_none():
    reader = OwnNumbers()
    assert reader.name == "numbers"
    word = reader.read(shown("1,204.50"))
    assert word is not None
    assert word.text == "1,204.50"
    assert word.box is None
    assert reader.read(shown("Total")) is None
    assert reader.read(np.full((40, 90), 250, np.uint8)) is None


def test_what_is_painted_is_typed_and_its_separators_mended():
    word = OwnNumbers(Says("%٣٨٫٥")).read(shown("1"))
    assert word is not None
    assert (word.text, word.confidence) == ("٣٨٫٥%", 0.9)
    mended = OwnNumbers(Says("٨٣٬٥٦٤٬٠٠")).read(shown("1"))
    assert mended is not None
    assert mended.text == "٨٣٬٥٦٤٫٠٠"
    comma = OwnNumbers(Says("٦٥,٦٢")).read(shown("1"))
    assert comma is not None
    assert comma.text == "٦٥٫٦٢"


def test_the_sign_before_a_number_of_a_left_to_right_cell_stays_there():
    word = OwnNumbers(Says("-12.5")).read(shown("1"))
    assert word is not None
    assert word.text == "-12.5"


def test_of_words_it_says_what_it_saw():
    reader = OwnNumbers(Says(f"12{OTHER}"))
    word = reader.said(shown("1"))
    assert word is not None
    assert OTHER in word.text
    assert reader.read(shown("1")) is None
    date = OwnNumbers(Says("05-07-2004")).said(shown("1"), after_arabic=True)
    assert date is not None
    assert date.text == "2004-07-05"


def test_the_packaged_net_is_the_one_that_is_told_of():
    folder = resources.files("vanguard") / "data" / "recognisers"
    about = json.loads((folder / "numbers.json").read_text("utf-8"))
    data = (folder / "numbers.onnx").read_bytes()
    assert about["sha256"] == hashlib.sha256(data).hexdigest()
    assert about["bytes"] == len(data) < 2_000_000
    assert about["letters"] == LETTERS
    assert len(LETTERS) == CLASSES - 1
    assert about["recipe"]["course"]["seed"] == 1


def exact(chips):
    """Shares: of numbers read exactly, of those taken that are exact, of words taken for numbers."""
    reader = OwnNumbers()
    right = taken = numbers = invented = words = 0
    for chip in chips:
        truth = typed(painted(classes(chip.text)))
        word = reader._net.read(chip.strip)
        found, sure = typed(painted(word[0])), word[1] >= 0.7
        if OTHER in truth or not is_number(truth):
            words += 1
            invented += sure and is_number(found)
            continue
        numbers += 1
        taken += sure
        right += sure and found == truth
    return right / numbers, right / max(1, taken), invented / words


@pytest.mark.fonts
def test_numbers_in_learned_faces_are_read(learned_chips):
    right, precise, invented = exact(learned_chips)
    assert right > 0.8
    assert precise > 0.97
    assert invented < 0.03


@pytest.mark.fonts
def test_numbers_in_faces_that_were_held_out_are_read(unseen_chips):
    right, precise, invented = exact(unseen_chips)
    assert right > 0.6
    assert precise > 0.93
    assert invented < 0.05
