"""Reading order, with the layouts that right-to-left readers get wrong."""

import pytest

from vanguard.documents.evaluate.metrics import order
from vanguard.documents.evaluate.metrics.order import Order, compare

HEAD = "عنوان الصفحة كلها"
RIGHT = ["العمود الأيمن أوله هنا", "ثم يمضي العمود الأيمن قدما"]
LEFT = ["والعمود الأيسر يبدأ بعده", "وفي آخره خاتمة الكلام"]
NOTE = "حاشية في أسفل الصفحة"
TRUTH = [HEAD, *RIGHT, *LEFT, NOTE]


def test_the_right_order_is_right_however_blocks_are_cut():
    assert compare(" ".join(TRUTH), TRUTH) == Order(6, 6, 0, 15, 15)


def test_columns_from_the_wrong_side():
    found = compare("\n".join([HEAD, *LEFT, *RIGHT, NOTE]), TRUTH)
    # 0 3 4 1 2 5: two blocks to take out and two to put in; four pairs of fifteen are wrong
    assert found == Order(6, 6, 4, 15, 11)


def test_lines_across_columns():
    found = compare("\n".join([HEAD, RIGHT[0], LEFT[0], RIGHT[1], LEFT[1], NOTE]), TRUTH)
    assert (found.right_pairs, found.distance) == (14, 2)


def test_a_footnote_in_the_middle():
    found = compare("\n".join([HEAD, *RIGHT, NOTE, *LEFT]), TRUTH)
    assert (found.right_pairs, found.distance) == (13, 2)


def test_wrong_letters_do_not_change_order():
    read = "\n".join(TRUTH).replace("الأيمن", "الايمن").replace("خاتمة", "خاتمه")
    assert compare(read, TRUTH) == Order(6, 6, 0, 15, 15)


def test_what_is_missing_is_counted_and_not_called_misplaced():
    assert compare("\n".join([HEAD, *LEFT]), TRUTH) == Order(6, 3, 0, 3, 3)
    assert compare("", TRUTH) == Order(6, 0, 0, 0, 0)


def test_each_place_is_used_once():
    same = ["نص يتكرر في الصفحة", "وسط الصفحة كلام آخر", "نص يتكرر في الصفحة"]
    assert compare("\n".join(same), same).found == 3
    assert compare("\n".join(same[:2]), same).found == 2


def test_blocks_too_short_to_be_told_apart_are_left_out():
    assert compare("١٢ نص", ["١٢"]) == Order()


@pytest.mark.parametrize("name", ["MAX_BLOCKS", "MAX_TEXT_CHARS"])
def test_a_runaway_is_cut(monkeypatch, name):
    monkeypatch.setattr(order, name, 2)
    assert compare("\n".join(TRUTH), TRUTH).found <= 2
