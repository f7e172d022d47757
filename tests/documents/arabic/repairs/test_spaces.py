"""Lost spaces."""

import pytest

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.spaces import split_words


def split(line):
    change = split_words([line], packaged())[0]
    return line if change is None else change.text


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("المتساويةالثابتة", "المتساوية الثابتة"),
        ("أساسالحرية", "أساس الحرية"),
        ("الإعلانالعالميلحقوقالإنسان", "الإعلان العالمي لحقوق الإنسان"),
        ("حقوقُالإنسان", "حقوقُ الإنسان"),
    ],
)
def test_words_are_parted(wrong, right):
    assert split(wrong) == right


@pytest.mark.parametrize(
    "word",
    [
        "عبدالرحمن",
        "وعبدالله",
        "المسؤولين",
        "كريستيانو",
        "فسيكفيكهم",
        "استراتيجياتهم",
        "الكهرومغناطيسية",
        "الهيليجينونية",
    ],
)
def test_what_could_be_a_word_is_not(word):
    assert split(word) == word


def test_vocalised_text_is_left_alone():
    assert split("فَسَيَكۡفِيكَهُمُٱللَّهُ") == "فَسَيَكۡفِيكَهُمُٱللَّهُ"


def test_a_very_long_run_ends():
    assert split("كتاب" * 200) == "كتاب" * 200
