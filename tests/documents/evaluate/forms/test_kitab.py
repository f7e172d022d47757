"""KITAB-Bench's form, rule by rule; whole corpora against its scorer are in metrics/test_flattened."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vanguard.documents.evaluate.forms import kitab
from vanguard.documents.evaluate.sources import markdown


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (kitab.no_pictures, "أ<image>ب", "أب"),
        (kitab.no_marks, "هُدًى ا\u0654 ذٰلك \u06d6", "هدى ا ذلك \u06d6"),
        (kitab.one_alef, "أإآٱا ء ؤ", "ااااا ء ؤ"),
        (kitab.one_heh, "مدرسة", "مدرسه"),
        (kitab.one_yeh, "على", "علي"),
        (kitab.spaced, " أ\t\n ب ", "أ ب"),
        (kitab.normal, "مَدْرَسَة  كتـاب\nعلى ١٢", "مدرسه كتاب علي ١٢"),
    ],
)
def test_a_rule_does_one_thing(rule, before, after):
    assert rule(before) == after


def test_html_tables_leave_the_text_and_pipes_stay():
    content = markdown.content("# أ\n<TABLE><tr><td>١</td></tr></TABLE>\n| ب |\n|---|\n| ج |")
    assert kitab.FORM.text(content) == kitab.FORM.body(content) == "# ا | ب | |---| | ج |"
    assert "<TABLE>" in kitab.FORM.whole(content)
    (tree,) = kitab.FORM.tables(content)
    assert "1" in tree.children[0].children[0].children[0].content


def test_a_table_that_does_not_end_is_text():
    content = markdown.content("<table><tr><td>أ")
    assert kitab.FORM.tables(content) == ()
    assert kitab.FORM.body(content) == "<table><tr><td>ا"


@given(some.lists(some.sampled_from(["<table", "</table>", "<TABLE>", "</taBLE>", "x", "\n"])))
def test_cutting_finds_what_the_published_pattern_finds(parts):
    text = "".join(parts)
    pattern = re.compile(r"<table[\s\S]*?</table>", re.IGNORECASE)
    assert kitab.cut(text) == (pattern.sub("", text), pattern.findall(text))


def test_tables_that_never_end_do_not_take_for_ever():
    assert kitab.cut("<table" * 200_000) == ("<table" * 200_000, [])
