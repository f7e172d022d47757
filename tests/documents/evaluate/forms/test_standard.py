"""Misraj's standardisation as we read it, rule by rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vanguard.documents.evaluate.forms import standard

TABLE = "<table><tr><td>أ</td></tr></table>"


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (standard.line_ends, "أ\r\nب\rج", "أ\nب\nج"),
        (standard.no_fences, "```markdown\nأ\n```", "\nأ\n"),
        (
            standard.pipe_tables,
            "قبل\n\n| أ | ب |\n|---|---|\n| ١ | ٢ |\n\nبعد",
            "قبل\n\n<table><tr><th>أ</th><th>ب</th></tr><tr><td>١</td><td>٢</td></tr></table>\n\nبعد",
        ),
        (standard.pipe_tables, "أ | ب\nج", "أ | ب\nج"),
        (standard.pipe_tables, "|أ|\n|-|\n# ب | ج", "<table><tr><th>أ</th></tr></table>\n\nب | ج"),
        (
            standard.html_tables,
            '<table border="1"><thead><tr><td style="x" colspan=2> <b>أ</b></td></thead></table>',
            '<table><tr><td colspan="2">أ</td></tr></table>',
        ),
        (standard.html_tables, "<table><tr><td>أ", TABLE),
        (standard.tags_as_marks, "<h2 dir=rtl>أ</h2>", "\n## أ\n"),
        (standard.tags_as_marks, "<strong>أ</strong><br/>ب", "**أ**\nب"),
        (standard.tags_as_marks, TABLE.replace("أ", "<b>أ</b>"), TABLE.replace("أ", "<b>أ</b>")),
        (standard.no_tags, "<page_number>٣</page_number><!-- x --> <image> ١ < ٢", "٣  ١ < ٢"),
        (standard.no_tags, TABLE, TABLE),
        (standard.headings, "أ\n===", "# أ"),
        (standard.headings, "##أ ##\n#   ب", "## أ\n# ب"),
        (standard.rules, "* * *\n___\n-----", "---\n---\n---"),
        (standard.bold, "__أ ب__ و__", "**أ ب** و__"),
        (standard.blank_lines, "أ  \n\n\n\nب\n", "أ\n\nب"),
    ],
)
def test_a_rule_does_one_thing(rule, before, after):
    assert rule(before) == after


def test_spellings_of_one_page_become_one():
    one = "# باب\n\n| أ | ب |\n|---|---|\n| ١ | ٢ |\n\n***\n__نص__"
    other = (
        "<h1>باب</h1>\n<table border=1><tr><th>أ</th><th>ب</th></tr>\n<tr><td>١</td><td>٢</td></tr>"
        "</table>\n\n- - -\n<b>نص</b>"
    )
    assert standard.standardised(one).split() == standard.standardised(other).split()


@given(
    some.lists(
        some.sampled_from(
            ["# ", "أ", " ", "\n", "|", "---", "|---|", "**", "__", "<b>", "</b>", "<table>", "<td>",
             "</table>", "<h1>", "</h1>", "===", "```", "&lt;b&gt;", "<br>", "<!--", "-->"]
        )
    ).map("".join)
)  # fmt: skip
def test_nothing_breaks_it(text):
    assert isinstance(standard.standardised(text), str)
