"""Words whose letters were painted in the wrong order."""

from support.arabic_texts import DECLARATION, VERSES
from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.layers.upright import turned_words, upright
from vanguard.documents.page import Box, Line, Word


def lines(texts):
    return [Line(tuple(Word(word, Box(0, 0, 1, 1)) for word in text.split())) for text in texts]


def test_words_that_read_backward_are_turned_each_in_its_place():
    wrong = lines([" ".join(word[::-1] for word in text.split()) for text in DECLARATION])
    assert turned_words(wrong, packaged())
    found = upright(wrong)
    assert [line.text.replace(".", "").replace("،", "") for line in found] == [
        text.replace(".", "").replace("،", "") for text in DECLARATION
    ]
    assert found[0].words[0].box == Box(0, 0, 1, 1)


def test_words_that_read_forward_are_not():
    assert not turned_words(lines([*DECLARATION, *VERSES]), packaged())
    assert not turned_words(lines(["some Latin words"]), packaged())


def test_marks_and_other_scripts_stay():
    assert upright(lines(["بَتّ abc"]))[0].text == "تّبَ abc"
