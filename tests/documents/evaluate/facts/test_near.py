"""Approximate search against a table filled cell by cell."""

from hypothesis import given
from hypothesis import strategies as some

from vanguard.documents.evaluate.facts.near import ends, stands

letters = some.text("أبج", max_size=12)


def by_table(needle, text, limit):
    """Sellers' table (1980): the first row is free, so a match may begin anywhere."""
    column = list(range(len(needle) + 1))
    found = []
    for place, character in enumerate(text, start=1):
        following = [0]
        for row, letter in enumerate(needle, start=1):
            following.append(
                min(column[row] + 1, following[-1] + 1, column[row - 1] + (letter != character))
            )
        column = following
        if column[-1] <= limit:
            found.append(place)
    return found


@given(letters.filter(bool), letters, some.integers(0, 3))
def test_it_finds_what_the_table_finds(needle, text, limit):
    assert list(ends(needle, text, limit)) == by_table(needle, text, limit)


def test_needles_longer_than_a_machine_word():
    needle = "أبجد هوز حطي كلمن " * 9
    text = "قبل " + needle.replace("كلمن", "كلمم", 2) + " بعد"
    assert stands(needle, text, 2)
    assert not stands(needle, text, 1)


def test_exact_is_exact():
    assert list(ends("أأ", "أأأ", 0)) == [2, 3]
    assert not stands("أب", "أ ب", 0)
    assert stands("أب", "أب", 0)
