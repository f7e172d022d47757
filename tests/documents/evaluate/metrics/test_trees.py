"""TEDS on examples worked out by hand, and its bound against the exact distance."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vanguard.documents.evaluate.metrics import trees
from vanguard.documents.evaluate.metrics.trees import Node, Work, aligned, bare, teds
from vanguard.documents.evaluate.sources.content import Grid, GridCell


def table(*rows, **more):
    grid = Grid(tuple(tuple(GridCell(text, **more) for text in row) for row in rows))
    return trees.of_grid(grid, str)


def test_the_same_table_is_one_and_nothing_is_nothing():
    one = table(("أ", "ب"), ("ج", "د"))
    assert teds(one, table(("أ", "ب"), ("ج", "د"))) == 1
    assert teds(Node("table"), Node("table")) == 1


def test_a_wrong_letter_costs_its_share_of_one_node():
    # tbody, 2 rows, 4 cells: 7 nodes; one of two letters of one cell differs
    truth = table(("أب", "ب"), ("ج", "د"))
    assert teds(table(("أت", "ب"), ("ج", "د")), truth) == pytest.approx(1 - 0.5 / 7)


def test_a_missing_row_costs_its_nodes():
    truth = table(("أ", "ب"), ("ج", "د"))
    assert teds(table(("أ", "ب")), truth) == pytest.approx(1 - 3 / 7)
    assert teds(truth, table(("أ", "ب"))) == pytest.approx(1 - 3 / 7)


def test_an_empty_cell_that_was_filled_costs_a_node():
    assert teds(table(("أ", "ب")), table(("أ", ""))) == pytest.approx(1 - 1 / 4)


def test_another_span_costs_a_node():
    truth = trees.of_grid(Grid(((GridCell("أ", column_span=2),),)), str)
    assert teds(table(("أ",)), truth) == pytest.approx(1 - 1 / 3)


def test_a_naming_cell_is_a_cell():
    assert table(("أ",), header=True) == table(("أ",))


def test_structure_alone_does_not_see_text():
    one, other = table(("أ", "ب")), table(("ج", "دهو"))
    assert teds(one, other) < teds(bare(one), bare(other)) == 1


def test_the_form_is_applied_to_cells():
    grid = Grid(((GridCell("x"),),))
    assert trees.of_grid(grid, str.upper).children[0].children[0].children[0].content == "X"


rows = some.lists(some.lists(some.sampled_from(["", "أ", "أب", "ج"]), max_size=3), max_size=3)


@given(rows, rows)
def test_the_bound_is_never_below_the_exact_distance(one, other):
    left, right = table(*one), table(*other)
    exact = (1 - teds(left, right)) * max(left.size, right.size)
    assert aligned(left, right) >= exact - 1e-9
    assert aligned(left, left) == 0


def test_a_large_table_is_compared_roughly_and_says_so(monkeypatch):
    monkeypatch.setattr(trees, "MAX_EXACT_NODES", 50)
    choice = random.Random(1)
    cells = [[str(choice.randrange(100)) for _ in range(6)] for _ in range(8)]
    wrong = [list(row) for row in cells]
    wrong[3][4] = "xxx"
    work = Work()
    score = teds(table(*wrong), table(*cells), work)
    assert work.rough == 1
    # tbody, 8 rows, 48 cells; one cell has nothing in common with what it should be
    assert score == pytest.approx(1 - 1 / 57)


def test_work_runs_out_and_then_it_is_rough_and_then_nothing():
    work = Work(exact_left=20, rough_left=20)
    one, other = table(("أ",)), table(("ب",))
    found = [teds(one, other, work) for _ in range(3)]
    assert found == [pytest.approx(2 / 3), pytest.approx(2 / 3), 0]
    assert (work.exact_left, work.rough_left, work.rough) == (4, 4, 2)
