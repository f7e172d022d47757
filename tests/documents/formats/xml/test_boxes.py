"""Boxes and confidences of both XML forms."""

import pytest

from vanguard.documents.formats.xml.boxes import confidence, known_box
from vanguard.documents.page import Box, Line, Word


def test_a_line_has_its_own_box_or_that_of_its_words():
    words = (Word("a", Box(5, 5, 9, 9)), Word("b"), Word("c", Box(1, 6, 4, 10)))
    assert known_box(Line(words, Box(0, 0, 1, 1))) == Box(0, 0, 1, 1)
    assert known_box(Line(words)) == Box(1, 5, 9, 10)
    assert known_box(Line((Word("b"),))) is None


@pytest.mark.parametrize(("value", "said"), [(0.5, "0.500"), (-1, "0.000"), (1.7, "1.000")])
def test_confidences_stay_in_their_range(value, said):
    assert confidence(value) == said
