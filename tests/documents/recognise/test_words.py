import numpy as np
import pytest

from support.documents.sheets import Canvas
from vanguard.documents.page import Box, Line, Word
from vanguard.documents.recognise.alphabet import OTHER
from vanguard.documents.recognise.words import WithNumbers, may_be_number, together

PAGE = np.array(Canvas(400, 60).bar(10, 20, 390).image)


class Reads:
    """An engine that reads these words, ten pixels apart."""

    name = "reads"

    def __init__(self, *words, confidence=0.5):
        self.words = tuple(
            Word(text, Box(10 + 40 * place, 20, 40 + 40 * place, 36), confidence)
            for place, text in enumerate(words)
        )

    def read(self, grey, shape):
        return (Line(self.words, Box(10, 20, 390, 36), "rtl", 0.5),) if self.words else ()


class Sees:
    """A reader of numbers that sees the same in each word, and remembers what it was told of them."""

    def __init__(self, text, confidence=0.95):
        self.text = text
        self.confidence = confidence
        self.after = []

    def said(self, grey, *, after_arabic=False):
        self.after.append(after_arabic)
        return Word(self.text, None, self.confidence) if self.text else None


def read(engine, numbers):
    (line,) = WithNumbers(engine, numbers).read(PAGE, "line")
    return line


def test_a_sure_number_takes_the_place_of_letters():
    line = read(Reads("خلا"), Sees("٨٨١٨"))
    assert line.text == "٨٨١٨"
    assert line.words[0].box == Box(10, 20, 40, 36)
    assert line.confidence == line.words[0].confidence == 0.95


@pytest.mark.parametrize("text", ["٩١٠٧،", "(٣)", "٢٠٢٤."])
def test_signs_of_prose_around_it_stay(text):
    assert read(Reads("ال"), Sees(text)).text == text


@pytest.mark.parametrize(
    "sees", [Sees("٨٨١٨", 0.6), Sees("\ufffd"), Sees("12\ufffd"), Sees("١٢-٣/"), Sees("")]
)
def test_what_is_unsure_or_no_number_changes_nothing(sees):
    engine = Reads("خلا")
    assert read(engine, sees) == engine.read(PAGE, "line")[0]


def test_words_read_with_confidence_are_not_looked_at():
    sees = Sees("٨٨١٨")
    assert read(Reads("كلمة", confidence=0.95), sees).text == "كلمة"
    assert sees.after == []


def test_it_is_told_which_letters_stand_before():
    sees = Sees("")
    read(Reads("12", "كلمة", "12", "abc", "12"), sees)
    assert sees.after == [False, False, True, True, False]


def test_an_engine_that_reads_nothing_stays_so_and_its_name_too():
    engine = WithNumbers(Reads(), Sees("12"))
    assert engine.name == "reads"
    assert engine.read(PAGE, "line") == ()


def test_what_may_be_a_number():
    assert may_be_number(Word("27", None, 0.99))
    assert may_be_number(Word("ه", None, 0.99))
    assert may_be_number(Word("خلا", None, 0.3))
    assert not may_be_number(Word("كلمة", None, 0.95))
    assert not may_be_number(Word("كلمة", None, 0.7))
    assert may_be_number(Word("كلمة", None, 0.6))
    assert may_be_number(Word("لو", None, 0.7))


def test_what_the_engine_took_apart_is_one_number():
    """`٤٬٣٢٢٫٣٣` is read as two words, for there is white around its point."""

    class Apart(Reads):
        def __init__(self, gap):
            super().__init__("٤٬٣٢٢", "ار")
            right = Box(40 + gap, 20, 70 + gap, 36)
            self.words = (self.words[0], Word("ار", right, 0.5))

    line = read(Apart(3), Sees("٤٬٣٢٢٫٣٣"))
    assert line.text == "٤٬٣٢٢٫٣٣"
    assert line.words[0].box == Box(10, 20, 73, 36)
    assert len(read(Apart(12), Sees("٤٬٣٢٢٫٣٣")).words) == 2


@pytest.mark.parametrize(
    ("text", "seen", "both"),
    [
        ("5971", "٥٩٫٧١", "٥٩٫٧١"),
        ("117077-04", "٠٥٨-١١٧٦٠٦٢", "٠٥٨-١١٧٦٠٦٢"),  # of a telephone
        ("ولاها.", f"{OTHER}١٩٨٣.", "و١٩٨٣."),
        ("1517ه", "١٤١٢", "١٤١٢هـ"),
        ("1517ه", "٣٤١٢", "٣٤١٢"),  # no year
        ("كلمة", f"{OTHER}١٩٨٣.", None),  # no word of one letter
        ("5877", f"٢٦{OTHER}", None),
        ("مترج", "٠", None),  # a digit is not as wide as a word
        ("ها", "٠", "٠"),
    ],
)
def test_words_beside_digits_stay_with_them(text, seen, both):
    assert together(Word(text, None, 0.5), seen) == both


def test_a_surely_read_number_does_not_lose_its_digits():
    assert together(Word("1974", None, 0.96), "974") is None
    assert together(Word("1974", None, 0.5), "974") == "974"
    assert together(Word("312", None, 0.96), "3.12") == "3.12"


def test_where_both_see_the_same_digits_less_is_asked_for_their_order():
    sees = Sees("019-7971116", 0.5)
    assert read(Reads("7971116-019"), sees).text == "019-7971116"
    assert read(Reads("7971116-018"), sees).text == "7971116-018"
