"""What an engine passes over is read in a second look, and put where it stands."""

import numpy as np
import pytest

from support.documents.drawing import drawn
from vanguard.documents.engines.careful import read_all
from vanguard.documents.page import Box, Line, Word

TEXT = ("alpha beta gamma", "delta epsilon zeta", "eta theta iota")
PAGE = drawn(TEXT, size_px=28, wide=500)


class Forgetful:
    """A real engine that drops words at its first look."""

    name = "forgetful"

    def __init__(self, real, *dropped):
        self._real = real
        self._dropped = dropped
        self.looks = 0

    def read(self, grey, shape):
        self.looks += 1
        lines = self._real.read(grey, shape)
        if self.looks > 1:
            return lines
        kept = (
            tuple(word for word in line.words if word.text not in self._dropped) for line in lines
        )
        return tuple(Line(words, words[0].box, "ltr", 0.9) for words in kept if words)


def test_nothing_is_looked_at_twice_where_nothing_is_missing(english):
    engine = Forgetful(english)
    assert [line.text for line in read_all(engine, PAGE)] == list(TEXT)
    assert engine.looks == 1


@pytest.mark.parametrize(
    "dropped",
    [("alpha", "beta", "gamma"), ("delta", "epsilon", "zeta"), ("eta", "theta", "iota")],
)
def test_a_lost_line_comes_back_to_its_place(english, dropped):
    lines = read_all(Forgetful(english, *dropped), PAGE)
    assert [line.text for line in lines] == list(TEXT)
    boxes = [line.box for line in lines]
    assert boxes == sorted(boxes, key=lambda box: box.top)


def test_the_lost_half_of_a_line_comes_back_into_it(english):
    lines = read_all(Forgetful(english, "epsilon", "zeta"), PAGE)
    assert [line.text for line in lines] == list(TEXT)


def test_what_the_second_look_is_not_sure_of_is_left_out(english):
    class Doubtful(Forgetful):
        def read(self, grey, shape):
            lines = super().read(grey, shape)
            if self.looks == 1:
                return lines
            return tuple(
                Line((Word("dirt", Box(0, 0, 9, 9), 0.1),), Box(0, 0, 9, 9), "ltr", 0.1)
                for _ in lines
            )

    lines = read_all(Doubtful(english, "delta", "epsilon", "zeta"), PAGE)
    assert [line.text for line in lines] == [TEXT[0], TEXT[2]]


def test_an_empty_column_stays_empty(english):
    assert read_all(english, np.full((100, 100), 255, np.uint8)) == ()
