"""Which transforms a page gets: the table of all, what a user asks for, and what chance draws from it.

It does not know pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.degrade import (
    ageing,
    blur,
    digital,
    geometry,
    human_marks,
    light,
    pre_print,
    printing,
)
from vanguard.documents.synth.degrade.contract import FAMILIES, STRONGEST, Family, Transform
from vanguard.documents.synth.dice import Dice
from vanguard.documents.synth.text.source import Split

_MODULES = (pre_print, printing, human_marks, ageing, geometry, light, blur, digital)
TRANSFORMS: Mapping[str, type[Transform]] = {
    transform.name: transform for module in _MODULES for transform in module.ALL
}
# what a training set never shows, and a held-out set shows alone
HELD_OUT: tuple[Family, ...] = ("ageing", "blur")
Steps = tuple[tuple[str, int], ...]
_MOST = 3
_CLEAN_SHARE = 0.5


@dataclass(frozen=True)
class Asked:
    """What a user asks for.

    Attributes:
        mixed: half of the pages stay clean, the others get one to three transforms.
        strongest: of mixed transforms.
        always: transforms or families that each page gets, with their strength; 0 lets chance choose.
    """

    mixed: bool = False
    strongest: int = STRONGEST
    always: Steps = ()


def parse(text: str) -> Asked:
    """Reads `none`, `mixed`, `mixed:2`, or names with strengths, such as `skew:2,jpeg,light:1`.

    A family's name stands for one of its transforms.

    Raises:
        SettingsError: an unknown name or a strength that is not 1 to 3.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    if names == ["none"] or not names:
        return Asked()
    always = tuple(_step(name) for name in names)
    if len(always) == 1 and always[0][0] == "mixed":
        return Asked(mixed=True, strongest=always[0][1] or STRONGEST)
    for name, _ in always:
        if name not in TRANSFORMS and name not in FAMILIES:
            known = ", ".join([*FAMILIES, *TRANSFORMS])
            raise SettingsError(f"degrade: no transform or family {name!r}; known are {known}")
    return Asked(always=always)


def _step(text: str) -> tuple[str, int]:
    name, colon, number = text.partition(":")
    if not colon:
        return name, 0
    if number not in {"1", "2", "3"}:
        raise SettingsError(f"degrade: {text!r} wants a strength of 1, 2 or 3 after the colon")
    return name, int(number)


def draw(asked: Asked, dice: Dice, split: Split = "all", given: Steps = ()) -> Steps:
    """The transforms of one page, in the order in which they happen; none twice.

    `given` are those that the page's kind always gets.
    """
    steps = dict(given)
    for name, strength in asked.always:
        chosen = dice.choice(_of_family(name)) if name in FAMILIES else name
        steps[chosen] = strength or dice.randint(1, STRONGEST)
    if asked.mixed and dice.random() >= _CLEAN_SHARE:
        families = _families(split)
        for family in dice.sample(families, min(dice.randint(1, _MOST), len(families))):
            steps.setdefault(dice.choice(_of_family(family)), dice.randint(1, asked.strongest))
    place = {name: number for number, name in enumerate(TRANSFORMS)}
    return tuple(sorted(steps.items(), key=lambda step: (_rank(step[0]), place[step[0]])))


def _families(split: Split) -> list[str]:
    if split == "all":
        return list(FAMILIES)
    return [family for family in FAMILIES if (family in HELD_OUT) == (split == "held_out")]


def _of_family(family: str) -> list[str]:
    return [name for name, transform in TRANSFORMS.items() if transform.family == family]


def _rank(name: str) -> int:
    return FAMILIES.index(TRANSFORMS[name].family)
