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
