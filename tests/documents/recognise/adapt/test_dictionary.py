import struct

import pytest

from vanguard.documents.recognise.adapt import charset, container, dictionary

_LETTERS = [" ", "ا", "ب", "ت"]  # two bits


def edge(letter, after=0, *, last=False, end=False):
    return letter | (last | end << 2) << 2 | after << 5


def test_words_are_the_ways_through_the_graph():
    edges = [
        edge(1, 2),
        edge(2, 0, last=True, end=True),
        edge(3, 0, end=True),
        edge(2, 1, last=True, end=True),
    ]
    data = struct.pack("<hii4Q", 42, 4, 4, *edges)
    assert sorted(dictionary.words(data, _LETTERS)) == ["اب", "اببـ"[:3], "ات", "ب"]


def test_the_packaged_dictionary_is_read(packaged_arabic):
    parts = container.unpacked(packaged_arabic)
    letters = charset.letters(parts[container.UNICHARSET])
    words = set(dictionary.words(parts[container.WORDS], letters))
    assert len(words) > 100_000
    assert {"المدرسة", "حديث"} <= words


def test_what_is_no_dictionary_is_refused():
    with pytest.raises(ValueError, match="no dictionary"):
        list(dictionary.words(struct.pack("<hii", 42, 4, 9), _LETTERS))
