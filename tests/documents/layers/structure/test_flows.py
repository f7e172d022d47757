"""Lines into columns."""

from vanguard.documents.layers.assemble import SetLine
from vanguard.documents.layers.structure.flows import alike, flows, has_beside
from vanguard.documents.page import Box, Line, Word


def line(top, left, right, *, size=10.0, bold=False):
    box = Box(left, top, right, top + 10)
    return SetLine((Word("كلمة", box),), box, size=size, bold=bold)


def sizes(lines):
    return [len(flow) for flow in flows(list(enumerate(lines)))]


RIGHT = [line(100 + 14 * at, 320, 520) for at in range(6)]
LEFT = [line(100 + 14 * at, 80, 280) for at in range(6)]


def test_the_next_column_is_another_flow():
    assert sizes([*RIGHT, *LEFT]) == [6, 6]


def test_a_wide_line_above_columns_is_a_flow_of_its_own():
    assert sizes([line(80, 80, 520), line(90, 80, 520), *RIGHT, *LEFT]) == [2, 6, 6]


def test_one_column_is_one_flow_whatever_its_lines_are_like():
    lines = [line(100, 80, 520), line(114, 300, 520), line(150, 80, 520)]
    assert sizes(lines) == [3]


def test_a_flow_is_parted_where_size_or_weight_change():
    lines = [line(80, 300, 520, size=15), *RIGHT[:2], line(140, 320, 520, bold=True), RIGHT[3]]
    parts = list(alike(list(enumerate(lines))))
    assert [[at for at, _ in part] for part in parts] == [[0], [1, 2], [3], [4]]


def test_lines_that_tell_no_size_stay_together():
    plain = [Line(one.words, one.box) for one in RIGHT]
    assert [len(part) for part in alike(list(enumerate(plain)))] == [6]


def test_beside():
    assert has_beside(LEFT[0].box, [RIGHT[0].box])
    assert not has_beside(LEFT[0].box, [RIGHT[3].box, LEFT[1].box])
