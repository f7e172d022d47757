"""Tables of a page: the published matching, and ours where extra tables cost."""

import pytest

from vanguard.documents.evaluate.metrics import tables, trees
from vanguard.documents.evaluate.metrics.tables import TableScores, compare
from vanguard.documents.evaluate.sources.content import Grid, GridCell


def table(text):
    return trees.of_grid(Grid(tuple((GridCell(word),) for word in text.split())), str)


def test_no_table_on_either_side_has_no_say():
    assert compare((), ()) == TableScores(0, 0)


def test_extra_tables_cost_nothing_where_published_and_something_here():
    found = compare((table("أ"), table("ب ج د")), (table("أ"),))
    assert (found.teds, found.teds_s) == (1, 1)
    assert found.assigned == 0.5


def test_one_table_serves_two_where_published_and_one_here():
    found = compare((table("أ"),), (table("أ"), table("أ")))
    assert found.teds == 1
    assert found.assigned == 0.5


def test_tables_where_there_are_none_are_worth_nothing():
    assert compare((table("أ"),), ()) == TableScores(0, 1, assigned=0.0)


def test_a_failed_page_loses_its_tables():
    assert compare((), (table("أ"),)) == TableScores(1, 0, 0.0, 0.0, 0.0)


def test_structure_is_scored_by_itself():
    found = compare((table("xx"),), (table("أب"),))
    assert found.teds == pytest.approx(2 / 3)
    assert found.teds_s == 1


def test_less_than_nothing_is_nothing():
    read = trees.Node("x", children=[trees.Node("y")])
    assert compare((read,), (table("أ"),)).teds == 0


def test_a_page_of_hundreds_of_tables_is_cut_and_pays(monkeypatch):
    monkeypatch.setattr(tables, "MAX_COMPARED", 3)
    found = compare((table("ب"),) * 10, (table("أ"),))
    assert found.predicted == 10
    assert found.assigned == pytest.approx((2 / 3) / 10)
