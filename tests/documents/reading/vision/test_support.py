import pytest

from vanguard.documents.page import Block, Box, Line, Word
from vanguard.documents.reading.vision.support import added_marks, most_letters, unsupported

TEXT = "كانت المدينة هادئة جدا في الصباح الباكر"


def block(text=TEXT, sure=0.95, wide=200.0):
    words = tuple(Word(word, None, sure) for word in text.split())
    line = Line(words, Box(0, 0, wide, 12), confidence=sure)
    return Block("paragraph", (line,), line.box, confidence=sure)


@pytest.mark.parametrize(
    ("text", "given", "code"),
    [
        (TEXT, block(), None),
        ("كانت المدينة هادئة جدأ فى الصباح الباكر", block(), None),
        (TEXT + " كلام" * 60, block(), "invented"),
        ("", block(), "empty"),
        ("", block(sure=0.3), None),
        ("كانت المدينة", block(), "incomplete"),
        ("كانت المدينة", block(sure=0.4), None),
        ("وصل الرجل مساء إلى بيته الكبير هناك", block(), "contradicted"),
        ("وصل الرجل مساء إلى بيته الكبير هناك", block(sure=0.85), None),
    ],
)
def test_what_cannot_stand_there_is_told(text, given, code):
    found = unsupported(text, given)
    assert (found.code if found is not None else None) == code


def test_room_for_letters_grows_with_the_line_and_with_what_was_read():
    assert most_letters(block("", wide=240.0)) > most_letters(block("", wide=120.0))
    assert most_letters(block(TEXT * 20)) >= 2 * len(TEXT * 20)


def test_vowel_marks_that_no_engine_saw_are_told():
    assert added_marks("كَانَتِ الْمَدِينَةُ", block()).code == "added_marks"
    assert added_marks("كَانَتِ الْمَدِينَةُ", block("كَانَتِ الْمَدينة")) is None
    assert added_marks("كانت المدينةُ هادئة", block()) is None
