"""Chance that can be repeated."""

from vanguard.documents.synth.dice import dice, noise, number, one_in


def test_the_same_parts_give_the_same_number_on_every_machine():
    assert number("a", 1) == 9484037261928657086
    assert number("a", 1) != number("a1")


def test_each_purpose_has_chance_of_its_own():
    assert dice(1, "x").random() == dice(1, "x").random() != dice(1, "y").random()
    assert noise(1).integers(1 << 40) == noise(1).integers(1 << 40) != noise(2).integers(1 << 40)


def test_about_one_in_five_is_held_out():
    assert 150 < sum(one_in(5, n) for n in range(1000)) < 250
