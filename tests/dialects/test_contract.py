"""The loss report."""

from __future__ import annotations

import pytest

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.contract import Losses


def test_a_loss_is_named_once() -> None:
    losses = Losses()
    for name in ("top_k", "seed", "top_k"):
        losses.lose(name)
    assert losses.names == ["top_k", "seed"]


def test_strict_mode_refuses_the_first_loss() -> None:
    with pytest.raises(UnsupportedFeature) as caught:
        Losses(strict=True).lose("top_k")
    assert caught.value.param == "top_k"


def test_of_any_number_of_losses_the_first_are_named() -> None:
    """Each was looked for among all before it: 30,000 unknown fields took 14 s."""
    losses = Losses()
    for i in range(1_000):
        losses.lose(f"field_{i}")
    assert losses.names == [f"field_{i}" for i in range(256)]


def test_a_name_of_any_length_is_cut() -> None:
    losses = Losses()
    losses.lose("x" * 1_000_000)
    assert losses.names == ["x" * 200]
    with pytest.raises(UnsupportedFeature) as caught:
        Losses(strict=True).lose("x" * 1_000_000)
    assert caught.value.param == "x" * 200
    assert len(caught.value.message) < 400
