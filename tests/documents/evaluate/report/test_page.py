"""The report: every figure, the worst page first, nothing from outside."""

import re

import pytest

from vanguard.documents.evaluate import figures
from vanguard.documents.evaluate.report import page
from vanguard.documents.evaluate.report.page import html, shown
from vanguard.documents.evaluate.run import Settings, evaluate
from vanguard.documents.evaluate.sources import markdown
from vanguard.documents.evaluate.sources.content import Content
from vanguard.documents.evaluate.sources.files import Pair, Pairs


def pair(name, truth, read):
    prediction = Content(failed=read[1:]) if read.startswith("!") else markdown.content(read)
    return Pair(name, name, 0, markdown.content(truth), prediction)


PAIRS = (
    pair("good", "نص جيد", "نص جيد"),
    pair("wrong <b>", "نص جيد", "نص رديء"),
    pair("runaway", "نص", "نص " * 50),
    pair("gone", "نص <script>alert(1)</script> جيد", "!no <prediction>"),
)


@pytest.fixture
def written():
    found = evaluate(Pairs(PAIRS, extra=("x&y",)), Settings(draws=20))
    return html(found, PAIRS)


def test_all_figures_are_there_with_their_meaning(written):
    for name, meaning in figures.MEANINGS.items():
        assert f"<td>{name}</td>" in written
        assert meaning.replace("'", "&#x27;") in written
    assert set(figures.MEANINGS) == set(figures.FIGURES)


def test_the_worst_pages_come_first_and_are_shown(written):
    rows = re.findall(r"<td>(?:<a[^>]*>)?<bdi>(.*?)</bdi>", written)
    assert rows == ["gone", "runaway", "wrong &lt;b&gt;", "good"]
    assert re.findall(r"<h3><bdi>(.*?)</bdi>", written) == rows[:3]
    assert written.count('<tr class="failed">') == 1
    assert written.count('class="n over"') == 2
    assert "no &lt;prediction&gt;" in written


def test_differences_are_marked_from_right_to_left(written):
    assert '<div class="text" dir="rtl">نص <del>جيد</del></div>' in written
    assert '<div class="text" dir="rtl">نص <ins>رديء</ins></div>' in written


def test_nothing_runs_and_nothing_is_fetched(written):
    assert "<script" not in written
    assert "default-src 'none'" in written
    assert not re.search(r"(?:src|href)=[\"'](?!#)", written)
    assert "url(" not in written
    assert "@import" not in written
    assert "x&amp;y" in written


def test_more_pages_than_can_be_looked_at_are_cut(monkeypatch):
    monkeypatch.setattr(page, "MAX_ROWS", 2)
    monkeypatch.setattr(page, "MAX_DIFFS", 1)
    written = html(evaluate(Pairs(PAIRS), Settings(draws=0)), PAIRS)
    assert "The worst 2 of 4." in written
    assert written.count("<article") == 1


def test_without_faults_there_is_nothing_to_compare():
    assert "<article" not in html(evaluate(Pairs(PAIRS[:1]), Settings(draws=0)), PAIRS[:1])


def test_figures_are_written_for_people():
    assert (shown(None), shown(0.12345), shown(1234.5)) == ("–", "0.123", "1,234.500")
