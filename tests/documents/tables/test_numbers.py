import numpy as np
import pytest

from support.documents.sheets import Canvas, Says
from vanguard.documents.tables.numbers import EngineNumbers


def shown(text, size=14):
    return np.array(Canvas(220, 60).text(20, 20, text, size).image)


@pytest.mark.parametrize("text", ["1,204.50", "377", "38.5%"])
def test_an_engine_reads_small_numbers(english, text):
    word = EngineNumbers(english).read(shown(text))
    assert word is not None
    assert word.text == text
    assert 0 < (word.confidence or 0) <= 1


def test_words_and_white_are_no_numbers(english):
    reader = EngineNumbers(english)
    assert reader.name == english.name
    assert reader.read(shown("total")) is None
    assert reader.read(np.full((40, 90), 250, np.uint8)) is None


def test_words_of_one_number_are_joined_and_separators_mended():
    word = EngineNumbers(Says("٨٣٬٥٦٤ ٬٠٠", 0.8)).read(shown("8"))
    assert word is not None
    # the image has no points: it is doubted
    assert (word.text, word.confidence) == ("٨٣٬٥٦٤٫٠٠", 0.4)


def test_a_number_that_lacks_a_point_of_the_image_is_looked_at_again_and_doubted():
    engine = Says("270", 0.9)
    word = EngineNumbers(engine).read(shown("2.70", 28))
    assert word is not None
    assert (word.text, word.confidence) == ("270", 0.45)
    assert engine.looks == 2
    sure = EngineNumbers(Says("2.70", 0.9)).read(shown("2.70", 28))
    assert sure is not None
    assert sure.confidence == 0.9
