"""A repair of single lines."""

from vanguard.documents.arabic.lexicon import packaged
from vanguard.documents.arabic.repairs.change import Change, each


def test_each_line_is_asked_for_itself():
    step = each(lambda line: Change(line.upper(), "small") if line.islower() else None)
    assert step(["a", "B"], packaged()) == [Change("A", "small"), None]
