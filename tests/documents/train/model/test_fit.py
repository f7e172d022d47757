"""The loop: it learns, the same seed learns the same, and a run that was ended goes on as if it was not."""

import json
import shutil

import pytest

from support.documents.training import recipe
from vanguard.documents.train.examples import load

pytestmark = pytest.mark.e2e


class EndedError(Exception):
    """The run was ended here."""


def train(tiny, learnt, folder, asked, ends_at=None):
    """The weights after a run."""
    from vanguard.documents.train.model import base
    from vanguard.documents.train.model.fit import fit

    def heard(step, steps, logs):
        if ends_at is not None and step >= ends_at:
            raise EndedError

    folder.mkdir(exist_ok=True)
    model, step, writes = fit(
        tiny,
        base.load_processor(tiny, asked),
        load(learnt).examples,
        asked,
        (folder / "checkpoints", folder / "training.jsonl"),
        heard,
    )
    assert (step, writes) == (asked.steps, True)
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def same(one, two):
    import torch

    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("method", ["decoder", "lora"])
def test_an_ended_run_goes_on_to_the_same_weights(tiny, learnt, tmp_path, method):
    asked = recipe(
        method=method, steps=9, save_steps=3, log_steps=1, batch_pages=2, lora_dropout=0.2
    )
    straight = train(tiny, learnt, tmp_path / "straight", asked)
    with pytest.raises(EndedError):
        train(tiny, learnt, tmp_path / "ended", asked, ends_at=5)
    assert (tmp_path / "ended/checkpoints/checkpoint-3").is_dir()
    assert same(train(tiny, learnt, tmp_path / "ended", asked), straight)
    # three to go on from, none of which is kept longer than the recipe says
    assert len(list((tmp_path / "ended/checkpoints").glob("checkpoint-*"))) == 2
    lines = (tmp_path / "ended/training.jsonl").read_text().splitlines()
    steps = [json.loads(line) for line in lines]
    assert [one["step"] for one in steps if "loss" in one] == list(range(1, 10))


def test_another_seed_learns_otherwise(tiny, learnt, tmp_path):
    asked = {"steps": 3, "batch_pages": 2}
    one = train(tiny, learnt, tmp_path / "one", recipe(**asked))
    two = train(tiny, learnt, tmp_path / "two", recipe(**asked, seed=1))
    assert not same(one, two)


def test_loss_is_taken_of_the_answer_alone(tiny, learnt, tmp_path, monkeypatch):
    from trl import SFTTrainer

    from vanguard.documents.train.model import base

    seen = []

    def looked(self, model, inputs, *args, honest=SFTTrainer.compute_loss, **more):
        seen.append({name: tensor.clone() for name, tensor in inputs.items()})
        return honest(self, model, inputs, *args, **more)

    monkeypatch.setattr(SFTTrainer, "compute_loss", looked)
    asked = recipe(steps=1)
    train(tiny, learnt, tmp_path, asked)
    tokenizer = base.load_processor(tiny, asked).tokenizer
    (batch,) = seen
    told = {
        tokenizer.decode(ids[labels != -100])
        for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True)
    }
    assert told == {f"{one.answer}<|im_end|>\n" for one in load(learnt).examples}
    assert "<|image_pad|>" in tokenizer.decode(batch["input_ids"][0])


def test_a_checkpoint_that_is_torn_is_not_what_a_run_goes_on_from(tiny, learnt, tmp_path):
    asked = recipe(steps=4, save_steps=2, batch_pages=2)
    straight = train(tiny, learnt, tmp_path / "run", asked)
    shutil.rmtree(tmp_path / "run/checkpoints/checkpoint-4")
    # what a killed process leaves: the folder, without the state that is written last
    shutil.copytree(
        tmp_path / "run/checkpoints/checkpoint-2", tmp_path / "run/checkpoints/checkpoint-3"
    )
    (tmp_path / "run/checkpoints/checkpoint-3/trainer_state.json").unlink()
    assert same(train(tiny, learnt, tmp_path / "run", asked), straight)
