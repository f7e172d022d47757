"""A repaired text over the words of its line."""

from vanguard.documents.layers.rewrite import rewritten
from vanguard.documents.page import Box, Line, Word

WHOLE = Box(0, 0, 90, 10)


def line(*texts):
    return Line(
        tuple(Word(text, Box(10 * at, 0, 10 * at + 9, 10)) for at, text in enumerate(texts)), WHOLE
    )


def places(found):
    return [(word.text, word.box.left if word.box else None) for word in found.words]


def test_words_in_their_places_keep_their_boxes():
    assert places(rewritten(line("األمم", "ﻛﺘﺎﺏ"), "الأمم كتاب")) == [("الأمم", 0), ("كتاب", 10)]


def test_words_that_changed_places_take_their_boxes_along():
    assert places(rewritten(line("ةدحتملا", "ممألا"), "الأمم المتحدة")) == [
        ("الأمم", 10),
        ("المتحدة", 0),
    ]


def test_words_that_were_one_share_its_box():
    assert places(rewritten(line("حق", "لكلفرد"), "حق لكل فرد")) == [
        ("حق", 0),
        ("لكل", 10),
        ("فرد", 10),
    ]


def test_a_word_of_nowhere_has_the_place_of_the_line():
    assert rewritten(line("حق"), "حق فرد").words[1].box == WHOLE
