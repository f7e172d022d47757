from dataclasses import dataclass
from typing import ClassVar

import pytest

from support.flow import Split, Text
from vanguard.flow.stage import fingerprint


def test_a_stage_is_known_by_its_name_version_and_settings():
    assert fingerprint(Split()) == fingerprint(Split(" "))
    assert fingerprint(Split()) != fingerprint(Split(","))

    @dataclass(frozen=True)
    class Newer(Split):
        version: ClassVar[int] = 2

    assert fingerprint(Newer()) != fingerprint(Split())


def test_what_is_no_dataclass_is_refused():
    class Loose:
        name, version, takes, whole = "loose", 1, Text, False

    with pytest.raises(TypeError, match="not a dataclass"):
        fingerprint(Loose())


def test_settings_that_are_no_values_are_refused():
    @dataclass(frozen=True)
    class Odd(Split):
        tool: object = object()

    with pytest.raises(TypeError):
        fingerprint(Odd())
