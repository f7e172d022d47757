"""KITAB-Bench's tables: its quirks by hand, and whole corpora against its own scorer.

`kitab.json` was made by running the published scorer on texts of our own; it says when and with
which libraries.
"""

import json
from pathlib import Path

import pytest

from vanguard.documents.evaluate.metrics import flattened
from vanguard.documents.evaluate.metrics.trees import Node, teds
from vanguard.documents.evaluate.run import Settings, evaluate
from vanguard.documents.evaluate.sources import markdown
from vanguard.documents.evaluate.sources.files import Pair, Pairs

CORPORA = json.loads(Path(__file__).with_name("kitab.json").read_text("utf-8"))["corpora"]


def cells(text):
    return [row.children for row in flattened.tree(text).children[0].children]


def texts(text):
    return [[cell.content for cell in row] for row in cells(text)]


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_published_scorer_says_the_same(corpus):
    pairs = tuple(
        Pair(
            str(number),
            str(number),
            0,
            markdown.content(both["truth"]),
            markdown.content(both["prediction"]),
        )
        for number, both in enumerate(corpus["pairs"])
    )
    found = evaluate(Pairs(pairs), Settings("kitab", draws=0)).figures
    assert found["chrf"] == pytest.approx(corpus["chrf"], abs=1e-9)
    assert 100 * found["teds"] == pytest.approx(corpus["tables"], abs=1e-9)
    assert found["mars_kitab"] == pytest.approx(corpus["mars"], abs=1e-9)
    assert found["bleu"] == pytest.approx(corpus["bleu"], abs=1e-9)
    assert found["cer"] == pytest.approx(corpus["cer"], abs=1e-12)
    assert found["wer"] == pytest.approx(corpus["wer"], abs=1e-12)


def test_cells_carry_the_blanks_of_a_pretty_printer():
    assert texts("<table><tr><td>أ</td><td></td></tr></table>") == [["\n    أ\n   ", "\n"]]
    # so one wrong letter of one costs a tenth of a node, not a whole one
    one = flattened.tree("<table><tr><td>أ</td></tr></table>")
    other = flattened.tree("<table><tr><td>ب</td></tr></table>")
    assert teds(one, other) == pytest.approx(1 - 0.1 / 3)


def test_tags_within_cells_leave_their_blanks():
    found = texts("<table><tr><td>أ <b>ب</b><br>ج</td></tr></table>")
    assert found == [["\n    أ\n    \n     ب\n    \n\n    ج\n   "]]


def test_sections_come_in_the_scorer_s_order():
    rows = "<tfoot><tr><td>٣</td></tr></tfoot><tbody><tr><td>٢</td></tr></tbody>"
    more = "<thead><tr><td>١</td></tr></thead><tbody><tr><td>٤</td></tr></tbody>"
    found = texts(f"<table>{rows}{more}</table>")
    assert [row[0].strip() for row in found] == ["١", "٢", "٣", "٤"]


def test_naming_cells_are_never_compared():
    one = flattened.tree('<table><tr><th colspan="2">أ</th></tr></table>')
    assert cells('<table><tr><th colspan="2">أ</th></tr></table>') == [[Node("th")]]
    assert teds(one, flattened.tree("<table><tr><th>ب</th></tr></table>")) == 1


def test_spans_survive():
    assert cells('<table><tr><td rowspan="2" colspan="3">أ</td></tr></table>')[0][0].row_span == 2


def test_no_table_is_an_empty_one():
    assert flattened.tree("") == flattened.tree("أ") == Node("table", children=[Node("tbody")])


def test_a_table_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(flattened, "MAX_CELLS", 10)
    assert flattened.tree("<table>" + "<tr><td>أ</td></tr>" * 50).size <= 11
