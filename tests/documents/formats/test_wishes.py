"""Wishes have defaults."""

from vanguard.documents.formats.wishes import Wishes


def test_nothing_need_be_wished():
    wishes = Wishes()
    assert (wishes.images, wishes.pdf, wishes.dpi) == (None, None, None)
    assert not any((wishes.furniture, wishes.words, wishes.direction_marks, wishes.over_text))
