"""Headers, footers and page numbers of a text layer, by place, size and distance."""

import pytest

from vanguard.documents.layers.places.furniture import find_furniture
from vanguard.documents.page import Box, Line, Word

HEIGHT = 842.0


def line(text, top, high=12.0, left=80, right=520):
    return Line((Word(text),), Box(left, top, right, top + high))


def body(first=100, count=40, step=17.0):
    return [line("نص من النصوص", first + step * at) for at in range(count)]


def kinds(*lines):
    return find_furniture(lines, HEIGHT)


def test_small_short_rows_at_the_edges_are_furniture():
    found = kinds(
        line("أسئلة شائعة", 70, 9, 440),
        *body(),
        line("شركة الأفق", 790, 9, 430),
        line("- ٣٤ -", 790, 9, 80, 110),
    )
    assert found == {0: "header", 41: "footer", 42: "page_number"}


@pytest.mark.parametrize("number", ["12", "(٢٨٤)", "صفحة ٣٦١", "٢١ / ٥٨", "- ٣٤ -"])
def test_a_page_number_may_be_as_large_as_the_text(number):
    assert kinds(*body(), line(number, 800, 12, 280, 330)) == {40: "page_number"}


def test_a_letterhead_is_far_from_the_letter():
    assert kinds(line("شركة الأفق", 70, 12.5, 400), *body(first=120)) == {0: "header"}


def test_a_name_above_a_larger_title_is_no_title():
    title = line("فاتورة ضريبية", 110, 22, 220, 380)
    assert kinds(line("شركة الأفق", 70, 14, 400), title, *body(first=150, count=30)) == {
        0: "header"
    }


def test_titles_long_lines_and_what_is_in_the_middle_are_text():
    assert kinds(line("تقرير الأداء", 60, 20, 220, 380), *body()) == {}
    assert kinds(line("نص من النصوص", 83), *body()) == {}
    assert kinds(line("قصير", 200, 9, 440), *body(first=230, count=20)) == {}


def test_the_last_footnote_is_no_footer():
    notes = [line(f"({at}) انظر المرجع", 740 + 13 * at, 9.5, 360) for at in range(3)]
    assert kinds(*body(count=35), *notes) == {}


def test_few_rows_tell_nothing():
    assert kinds(line("قصير", 60, 9, 440), line("نص", 100)) == {}
    assert find_furniture([line("قصير", 60, 9, 440), *body()], 0.0) == {}


def test_a_rule_parts_a_header_from_the_text():
    head, lines = line("شركة الأفق", 92, 14, 330), body(first=110, count=30)
    assert kinds(head, *lines) == {}
    found = find_furniture([head, *lines], 842, [Box(60, 107, 535, 107.5)])
    assert found == {0: "header"}
    assert find_furniture([head, *lines], 842, [Box(60, 107, 150, 107.5)]) == {}


def test_lines_of_another_column_say_nothing_of_the_distance():
    main = [line("سطر من النص الأصلي هنا", 80 + 20 * n, 14, 240, 520) for n in range(25)]
    side = [line("حاشية", 90 + 20 * n, 12, 60, 200) for n in range(20)]
    assert kinds(*main, *side) == {}
