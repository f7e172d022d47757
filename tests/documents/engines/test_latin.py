"""Latin words that an Arabic reader took for digits and signs are read by an engine that knows them."""

import msgspec
import numpy as np
import pytest

from support.documents.drawing import drawn
from vanguard.documents.engines.latin import logical, with_latin
from vanguard.documents.images.raster import raster
from vanguard.documents.page import Block, Box, Line, Word

GREY = drawn(("Debian alpha server",), size_px=30, wide=500)
PAGE = raster(GREY, 72)  # a pixel is a point


@pytest.fixture(scope="module")
def places(english):
    """Where the three words stand, from left to right."""
    (line,) = english.read(GREY, "block")
    assert [word.text for word in line.words] == ["Debian", "alpha", "server"]
    return [word.box for word in line.words]


def block(*words, direction="rtl"):
    return Block("paragraph", (Line(words, Box(0, 0, 500, 60), direction, 0.5),))


def test_words_that_look_latin_are_read_anew_and_run_from_the_left(english, places):
    left, middle, right = places
    read = block(Word("560261", right, 0.3), Word("ه1م83", middle, 0.2), Word("060180", left, 0.0))
    (found,) = with_latin([read], PAGE, english)
    (line,) = found.lines
    assert [word.text for word in line.words] == ["Debian", "alpha", "server"]
    assert [word.box for word in line.words] == places
    assert line.confidence > 0.8
    assert found.confidence == line.confidence


def test_words_of_which_the_first_reader_is_sure_stay(english, places):
    sure = block(Word("كلمة", places[0], 0.9), Word("560261", places[1], 0.99))
    assert with_latin([sure], PAGE, english) == (sure,)


def test_less_sure_are_words_that_look_arabic_before_they_are_looked_at(places):
    for text, sure, looks in (
        ("امعد", 0.45, 0),
        ("امعد", 0.35, 1),
        ("»ه", 0.45, 1),
        ("»ه", 0.55, 0),
    ):
        latin = Saying("ocol")
        with_latin([block(Word(text, places[0], sure))], PAGE, latin)
        assert latin.looks == looks


def test_words_without_a_place_and_places_without_ink_stay(english, places):
    beyond = Box(5_000, 5_000, 5_010, 5_010)
    given = block(Word("123", None, 0.2), Word("456", beyond, 0.2), Word("7", Box(0, 0, 4, 4), 0.1))
    assert with_latin([given], PAGE, english) == (given,)


class Saying:
    """An engine that says one thing."""

    name = "saying"

    def __init__(self, *words, sure=0.95):
        self.words = words
        self.sure = sure
        self.looks = 0

    def read(self, grey, shape):
        self.looks += 1
        assert shape == "line"
        assert grey.dtype == np.uint8
        return (Line(tuple(Word(word, None, self.sure) for word in self.words)),)


@pytest.mark.parametrize(
    ("said", "sure", "taken"),
    [
        ("RAID-5", 0.8, True),
        ("RAID-5", 0.79, False),
        ("IP", 0.9, True),
        ("IP", 0.89, False),
        ("N", 0.99, False),
        ("1996", 0.99, False),
        ("كتاب", 0.99, False),
        ("AB!cd", 0.99, False),
    ],
)
def test_only_latin_words_of_which_it_is_sure_are_taken(places, said, sure, taken):
    given = block(Word("8100-6", places[0], 0.4))
    (found,) = with_latin([given], PAGE, Saying(said, sure=sure))
    assert found.text == (said if taken else "8100-6")


def test_several_words_in_the_place_of_one_are_not_believed(places):
    given = block(Word("8100-6", places[0], 0.4))
    assert with_latin([given], PAGE, Saying("two", "words")) == (given,)


def test_looks_are_bounded(places):
    words = tuple(Word("8100", places[0], 0.1) for _ in range(150))
    engine = Saying("كلمة")
    with_latin([block(*words), block(*words), block(*words)], PAGE, engine)
    assert engine.looks == 300


@pytest.mark.parametrize(
    ("seen", "typed"),
    [
        (".RAID-4", "RAID-4."),
        ("(Samba", "Samba)"),
        (".(bzip2", "bzip2)."),
        ("Samba)", "(Samba"),
        (",LDAP", "LDAP،"),
        ('"Save"', '"Save"'),
        ("plain", "plain"),
    ],
)
def test_signs_stand_where_they_are_typed(seen, typed):
    assert logical(seen) == typed


def test_in_a_line_from_the_left_signs_stay(places):
    given = block(Word("0", places[0], 0.1), direction="ltr")
    (found,) = with_latin([given], PAGE, Saying("(Samba"))
    assert found.text == "(Samba"


def test_tables_stay_as_they_are(english):
    table = Block("table")
    assert with_latin([table], PAGE, english) == (msgspec.structs.replace(table),)
