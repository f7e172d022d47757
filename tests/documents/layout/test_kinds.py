import pytest

from support.documents.sheets import line
from vanguard.documents.layout.kinds import (
    Paragraph,
    Surroundings,
    free_rules,
    furniture_kind,
    kind_of,
    usual,
)
from vanguard.documents.layout.paragraphs import Letters
from vanguard.documents.page import Box

COLUMN = Box(100, 100, 700, 900)
BODY = Letters(20, 0.1)
TABLE = Box(100, 300, 700, 500)
NOTE_RULE = Box(500, 800, 700, 801)


def paragraph(text="كلمة كلمة", top=200, count=1, letters=BODY, left=100):
    box = Box(left, top, 700, top + 30 * count - 10)
    return Paragraph((line(text),) * count, box, COLUMN, letters)


def kind(one, *, solids=(), rules=(), after=None):
    return kind_of(one, Surroundings(BODY, solids, rules, 1000, 16), after)


def test_most_text_is_a_paragraph():
    assert kind(paragraph(count=4)) == ("paragraph", 0)
    assert kind(paragraph()) == ("paragraph", 0)


@pytest.mark.parametrize(
    ("letters", "top", "expected"),
    [
        (Letters(36, 0.1), 120, ("title", 1)),
        (Letters(36, 0.1), 600, ("heading", 1)),
        (Letters(28, 0.1), 120, ("heading", 2)),
        (Letters(25, 0.1), 120, ("heading", 3)),
        (Letters(20, 0.14), 120, ("heading", 3)),
    ],
)
def test_large_or_heavy_lines_are_headings(letters, top, expected):
    assert kind(paragraph(letters=letters, top=top)) == expected
    assert kind(paragraph("كلمة.", letters=letters, top=top)) == ("paragraph", 0)
    assert kind(paragraph(letters=letters, top=top, count=5)) == ("paragraph", 0)


def test_few_words_alone_over_lines_of_text_are_a_heading():
    text = paragraph(count=3, top=240)
    assert kind(paragraph("المادة ١", left=600), after=text) == ("heading", 3)
    assert kind(paragraph("المادة ١", left=600), after=None) == ("paragraph", 0)
    assert kind(paragraph("المادة ١", left=300), after=text) == ("paragraph", 0)


def test_captions_stand_at_tables_and_figures():
    assert kind(paragraph("الجدول ٣: نص", top=260), solids=(TABLE,)) == ("caption", 0)
    assert kind(paragraph("الشكل ٣: نص", top=520), solids=(TABLE,)) == ("caption", 0)
    assert kind(paragraph("الجدول ٣: نص", top=700), solids=(TABLE,)) == ("paragraph", 0)
    assert kind(paragraph("الجدول ٣: نص", top=260)) == ("paragraph", 0)


def test_footnotes_stand_below_a_short_rule_or_are_small_and_marked():
    note = paragraph("(١) نص", top=820)
    assert kind(note, rules=(NOTE_RULE,)) == ("footnote", 0)
    assert kind(paragraph("نص", top=820), rules=(NOTE_RULE,)) == ("footnote", 0)
    assert kind(paragraph("نص", top=700), rules=(NOTE_RULE,)) == ("paragraph", 0)
    assert kind(paragraph("نص", top=820), rules=(Box(100, 800, 700, 801),)) == ("paragraph", 0)
    assert kind(paragraph("(١) نص", top=820, letters=Letters(16, 0.1))) == ("footnote", 0)


def test_rules_within_paragraphs_and_tables_part_nothing():
    stroke = Box(300, 430, 400, 432)
    text = paragraph(count=4, top=380)
    assert free_rules([NOTE_RULE, stroke], [text], [], 16) == (NOTE_RULE,)
    assert free_rules([NOTE_RULE, Box(100, 400, 700, 401)], [], [TABLE], 16) == (NOTE_RULE,)


def test_items_are_list_items():
    assert kind(paragraph("• كلمة")) == ("list_item", 0)


@pytest.mark.parametrize(
    ("text", "wide", "expected"),
    [
        ("صفحة ٤٠٠", 80, "page_number"),
        ("- 132 -", 80, "page_number"),
        ("م", 30, "page_number"),
        ("شركة الواحة", 180, "footer"),
        ("تقرير 2024", 180, "footer"),
    ],
)
def test_numbers_at_the_rim_are_page_numbers(text, wide, expected):
    assert furniture_kind("footer", text, wide, 16) == expected


def test_the_usual_look_is_that_of_most_lines():
    some = [paragraph(count=5), paragraph(letters=Letters(40, 0.2))]
    assert usual(some, 16) == BODY
    assert usual([], 16) == Letters(16, 0)
