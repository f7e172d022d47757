"""Which weights learn."""

import pytest

from support.documents.training import recipe

pytestmark = pytest.mark.e2e


@pytest.fixture
def model(tiny):
    from vanguard.documents.train.model.base import load_model, served_dtype

    return load_model(tiny, served_dtype(recipe()))


def free(model):
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def test_the_decoder_learns_and_the_vision_tower_does_not(model):
    from vanguard.documents.train.model.trained import is_vision, optimizer, prepared

    asked = recipe(vision_learning_rate=0.0)
    learns = free(prepared(model, asked))
    assert not any(is_vision(name) for name in learns)
    assert {"lm_head.weight", "model.visual.merger.mlp.0.weight"} <= learns
    frozen = {name for name, _ in model.named_parameters()} - learns
    assert frozen
    assert all(name.startswith("model.visual.") for name in frozen)
    assert optimizer(model, asked) is None


def test_the_vision_tower_has_a_rate_of_its_own(model):
    from vanguard.documents.train.model.trained import optimizer, prepared

    asked = recipe(learning_rate=1e-3, vision_learning_rate=1e-5, weight_decay=0.1)
    prepared(model, asked)
    groups = optimizer(model, asked).param_groups
    rates = {(group["lr"], group["weight_decay"]) for group in groups}
    assert rates == {(1e-3, 0.1), (1e-3, 0.0), (1e-5, 0.1), (1e-5, 0.0)}
    assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))


@pytest.mark.parametrize("rate", [0.0, 1e-3])
def test_adapters_sit_where_they_are_meant_to(model, rate):
    from vanguard.documents.train.model.trained import is_vision, prepared

    learns = free(prepared(model, recipe(method="lora", vision_learning_rate=rate)))
    assert learns
    assert all(".lora_" in name for name in learns)
    assert any(is_vision(name) for name in learns) == (rate > 0)
    # seven layers in each of two blocks, two matrices each
    assert sum("language_model" in name for name in learns) == 7 * 2 * 2
