import numpy as np

from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.images.ink import find_ink
from vanguard.documents.images.rules import find_rules, paint_over, without_rules


def ink_of(canvas):
    return find_ink(np.array(canvas.image))


def test_rules_are_found_along_and_across():
    rules = find_rules(ink_of(Canvas().rule(100, 50, 600, 51).rule(300, 100, 301, 400)), HEIGHT)
    (across,), (down,) = rules.across, rules.down
    assert abs(across.left - 100) <= 2
    assert abs(across.right - 601) <= 2
    assert abs(across.top - 50) <= 2
    assert abs(down.top - 100) <= 2
    assert abs(down.left - 300) <= 2


def test_short_strokes_thick_bars_and_strokes_with_letters_on_them_are_none():
    canvas = Canvas().rule(100, 50, 150, 51).rule(100, 100, 600, 140)
    # a stretched stroke that letters stand on
    canvas.rule(100, 216, 600, 218)
    for x in range(100, 600, 16):
        canvas.rule(x, 200, x + 9, 216)
    rules = find_rules(ink_of(canvas), HEIGHT)
    assert rules.across == ()
    assert not [rule for rule in rules.down if rule.height > 3 * HEIGHT]


def test_writing_stays_when_rules_go():
    canvas = Canvas().rule(100, 90, 600, 91).bar(150, 100, 400)
    ink = ink_of(canvas)
    rules = find_rules(ink, HEIGHT)
    left = without_rules(ink, rules)
    assert not left[:95].any()
    assert (left[100:116] == ink[100:116]).all()
    painted = paint_over(np.array(canvas.image), rules)
    assert painted[:94].min() == 250
    assert painted[100:116].min() == 20
