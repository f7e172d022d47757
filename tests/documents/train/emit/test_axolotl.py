"""A settings file of axolotl, and its pages: fields are those of axolotl 0.19.0; it was not run."""

import json
import re

import msgspec
import pytest
import yaml

from support.documents import pages_to_learn
from support.documents.trainer_fields import fields
from vanguard.documents.train.emit.axolotl import emit, pages
from vanguard.documents.train.emit.job import Job
from vanguard.documents.train.examples import load
from vanguard.documents.train.settings import Recipe

JOB = Job(recipe=Recipe(), data="/d/pages.jsonl", base="/d/base", run="/d/run", held_out="/d/held")
LANGUAGE = "model.language_model.layers.0.self_attn.q_proj"


def settings(**recipe):
    return yaml.safe_load(emit(msgspec.structs.replace(JOB, recipe=Recipe(**recipe))).text)


@pytest.mark.parametrize(
    "recipe", [{}, {"method": "lora"}, {"vision_learning_rate": 1e-6, "steps": 9}]
)
def test_axolotl_knows_every_field(recipe):
    said = settings(**recipe)
    known = fields("axolotl")
    assert set(said) <= known["fields"]
    assert set(said["datasets"][0]) <= known["dataset_fields"]


def test_what_is_frozen_is_what_is_frozen_here():
    patterns = settings()["unfrozen_parameters"]
    free = {
        name
        for name in (f"{LANGUAGE}.weight", "lm_head.weight", "model.visual.merger.mlp.0.weight",
                     "model.visual.blocks.0.attn.qkv.weight")
        if any(re.match(pattern, name) for pattern in patterns)
    }  # fmt: skip
    assert free == {f"{LANGUAGE}.weight", "lm_head.weight", "model.visual.merger.mlp.0.weight"}
    assert "unfrozen_parameters" not in settings(vision_learning_rate=1e-6)
    lora = settings(method="lora")["lora_target_modules"]
    assert re.fullmatch(lora, LANGUAGE)
    assert not re.fullmatch(lora, "model.visual.blocks.0.attn.qkv")


def test_what_it_has_no_field_for_is_said():
    said = " ".join(emit(JOB).losses)
    assert "size of images" in said
    assert "the gate" in said
    both = Recipe(method="lora", vision_learning_rate=1e-6)
    assert "vision_learning_rate" in " ".join(
        emit(msgspec.structs.replace(JOB, recipe=both)).losses
    )


def test_the_image_comes_before_the_question(tmp_path):
    pages_to_learn.make(tmp_path)
    examples = load(tmp_path).examples
    lines = [json.loads(line) for line in pages(examples)]
    assert len(lines) == len(examples)
    question, answer = lines[0]["messages"]
    assert [part["type"] for part in question["content"]] == ["image", "text"]
    assert question["content"][0]["path"] == str(examples[0].image)
    assert answer["content"] == [{"type": "text", "text": examples[0].answer}]
