"""Each transform keeps shape, does nothing at strength 0, can be repeated, and grows with its strength."""

import pytest

from support.synthetic import faults
from vanguard.documents.synth.degrade import human_marks


@pytest.mark.parametrize("transform", human_marks.ALL, ids=lambda transform: transform.name)
def test_transform(transform):
    assert faults(transform) == []
