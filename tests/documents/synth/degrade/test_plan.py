"""What users may ask for, and what is drawn from it."""

import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.degrade import plan
from vanguard.documents.synth.degrade.contract import FAMILIES
from vanguard.documents.synth.dice import dice


def test_there_are_enough_transforms_in_all_families():
    assert len(plan.TRANSFORMS) >= 30
    assert {transform.family for transform in plan.TRANSFORMS.values()} == set(FAMILIES)
    assert all(name == transform.name for name, transform in plan.TRANSFORMS.items())


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("none", plan.Asked()),
        ("", plan.Asked()),
        ("mixed", plan.Asked(mixed=True)),
        ("mixed:1", plan.Asked(mixed=True, strongest=1)),
        ("skew:2, jpeg", plan.Asked(always=(("skew", 2), ("jpeg", 0)))),
        ("light:3", plan.Asked(always=(("light", 3),))),
    ],
)
def test_parse(text, asked):
    assert plan.parse(text) == asked


@pytest.mark.parametrize("text", ["blurr", "skew:4", "skew:", "mixed,skew", "none,skew"])
def test_what_is_not_known_is_refused(text):
    with pytest.raises(SettingsError, match="degrade:"):
        plan.parse(text)


def test_a_family_gives_one_of_its_transforms_and_the_order_is_that_of_life():
    steps = plan.draw(plan.parse("digital:1,light:2,pre_print:3"), dice(1))
    families = [plan.TRANSFORMS[name].family for name, _ in steps]
    assert families == ["pre_print", "light", "digital"]
    assert [strength for _, strength in steps] == [3, 2, 1]


def test_mixed_leaves_about_half_clean_and_takes_at_most_three():
    drawn = [plan.draw(plan.parse("mixed:2"), dice(number)) for number in range(300)]
    assert 100 < sum(not steps for steps in drawn) < 200
    assert {len(steps) for steps in drawn} == {0, 1, 2, 3}
    assert {strength for steps in drawn for _, strength in steps} == {1, 2}


def test_training_never_sees_the_families_that_are_held_out():
    def families(split):
        drawn = (plan.draw(plan.parse("mixed"), dice(n), split) for n in range(200))
        return {plan.TRANSFORMS[name].family for steps in drawn for name, _ in steps}

    assert families("held_out") == set(plan.HELD_OUT)
    assert families("train") == set(FAMILIES) - set(plan.HELD_OUT)


def test_what_a_kind_always_gets_is_there():
    assert dict(plan.draw(plan.Asked(), dice(1), "all", (("skew", 3),))) == {"skew": 3}
