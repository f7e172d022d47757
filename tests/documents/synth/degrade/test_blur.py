"""Each transform keeps shape, does nothing at strength 0, can be repeated, and grows with its strength."""

import pytest

from support.synthetic import faults
from vanguard.documents.synth.degrade import blur


@pytest.mark.parametrize("transform", blur.ALL, ids=lambda transform: transform.name)
def test_transform(transform):
    assert faults(transform) == []
