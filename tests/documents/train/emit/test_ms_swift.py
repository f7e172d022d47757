"""A settings file of ms-swift: its fields are those of ms-swift 4.6.0; it was not run."""

import msgspec
import pytest
import yaml

from support.documents.trainer_fields import fields
from vanguard.documents.train.emit.job import Job
from vanguard.documents.train.emit.ms_swift import emit
from vanguard.documents.train.settings import Recipe

JOB = Job(recipe=Recipe(), data="/d/pages", base="/d/base", run="/d/run", held_out="/d/held.jsonl")
RECIPES = [
    Recipe(),
    Recipe(method="lora", lora_rank=8),
    Recipe(vision_learning_rate=1e-6, steps=9),
]


def settings(recipe=JOB.recipe, **changed):
    return yaml.safe_load(emit(msgspec.structs.replace(JOB, recipe=recipe, **changed)).text)


@pytest.mark.parametrize("recipe", RECIPES)
def test_ms_swift_knows_every_field(recipe):
    said = settings(recipe)
    assert set(said) - {"ENV"} <= fields("ms-swift")["fields"]
    assert all(isinstance(value, str | int) for value in said["ENV"].values())


def test_what_is_frozen_is_what_is_frozen_here():
    decoder, lora, vision = map(settings, RECIPES)
    assert (decoder["tuner_type"], decoder["freeze_vit"], decoder["freeze_aligner"]) == (
        "full",
        True,
        False,
    )
    assert (lora["tuner_type"], lora["freeze_aligner"], lora["lora_rank"]) == ("lora", True, 8)
    assert (vision["freeze_vit"], vision["vit_lr"], vision["max_steps"]) == (False, 1e-6, 9)
    assert "vit_lr" not in decoder


def test_pages_and_their_images_are_found():
    said = settings()
    assert said["dataset"] == ["/d/pages/chat.jsonl"]
    assert said["val_dataset"] == ["/d/held.jsonl"]
    assert said["ENV"]["ROOT_IMAGE_DIR"] == "/d/pages"
    assert said["ENV"]["MAX_PIXELS"] == 1280 * 28 * 28


def test_rates_are_numbers_in_yaml():
    assert settings(Recipe(learning_rate=1e-5))["learning_rate"] == 1e-5


def test_the_gate_is_said_to_be_missing():
    emitted = emit(msgspec.structs.replace(JOB, avoid=("/d/benchmark",)))
    assert len(emitted.losses) == 2
    assert all(f"# not carried over: {loss}" in emitted.text for loss in emitted.losses)
