"""A trained model as a folder: it says what the model said, and has what the base had."""

import json
import shutil

import msgspec
import pytest

from support.documents.training import logits, recipe
from vanguard.documents.train.examples import load

pytestmark = pytest.mark.e2e


@pytest.fixture
def trained_on(tiny, learnt, tmp_path):
    """A model after some steps, its adapters still in it, with its processor."""
    from vanguard.documents.train.model import base
    from vanguard.documents.train.model.fit import fit

    def make(asked):
        processor = base.load_processor(tiny, asked)
        places = (tmp_path / "checkpoints", tmp_path / "training.jsonl")
        model, _, _ = fit(tiny, processor, load(learnt).examples, asked, places, lambda *_: None)
        return model, processor

    return make


@pytest.mark.parametrize("method", ["decoder", "lora"])
def test_it_says_the_same_when_it_is_loaded_again(trained_on, tiny, learnt, tmp_path, method):
    import torch

    from vanguard.documents.train.model import base, save, trained

    asked = recipe(method=method, steps=8)
    model, processor = trained_on(asked)
    example = load(learnt).examples[2]
    said = logits(model, processor, example)
    untrained = logits(base.load_model(tiny, torch.float32), processor, example)
    folder = tmp_path / "model"
    folder.mkdir()
    save.save(trained.merged(model), tiny, folder, asked)
    again = logits(
        base.load_model(folder, torch.float32), base.load_processor(folder, asked), example
    )
    if method == "decoder":
        assert torch.equal(again, said)
    else:
        # adding the adapters to the weights rounds otherwise than adding what both give
        torch.testing.assert_close(again, said, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(untrained, said, rtol=1e-2, atol=1e-2)
    assert not list(folder.glob("*adapter*"))


def test_a_server_finds_all_that_the_base_had(tiny, tmp_path):
    import torch

    from vanguard.documents.train.model import base, save

    source = shutil.copytree(tiny, tmp_path / "base")
    (source / "video_preprocessor_config.json").write_text('{"fps": 2}')
    (source / "preprocessor_config.json").write_text(
        json.dumps({"min_pixels": 1, "max_pixels": 2, "patch_size": 14})
    )
    (source / "processor_config.json").write_text(
        json.dumps({"image_processor": {"size": {"shortest_edge": 1}}, "other": 1})
    )
    config = json.loads((source / "config.json").read_text())
    config = config | {"rope_scaling": "as it was", "torch_dtype": "bfloat16"}
    (source / "config.json").write_text(json.dumps(config))
    (source / "pytorch_model.bin").write_bytes(b"old weights")
    asked = recipe(min_image_tokens=4, max_image_tokens=10)
    folder = tmp_path / "model"
    folder.mkdir()
    save.save(base.load_model(tiny, torch.float32), source, folder, asked)
    assert {path.name for path in source.iterdir()} - {path.name for path in folder.iterdir()} == {
        "pytorch_model.bin"
    }
    alone = json.loads((folder / "preprocessor_config.json").read_text())
    assert alone["size"] == {"shortest_edge": 3136, "longest_edge": 7840}
    assert (alone["min_pixels"], alone["max_pixels"], alone["patch_size"]) == (3136, 7840, 14)
    whole = json.loads((folder / "processor_config.json").read_text())
    assert whole["image_processor"]["size"] == alone["size"]
    written = json.loads((folder / "config.json").read_text())
    assert written == config | {"torch_dtype": "float32", "dtype": "float32"}
    assert (folder / "video_preprocessor_config.json").read_text() == '{"fps": 2}'


def test_it_says_what_it_came_from(tmp_path):
    from vanguard.documents.train.model.save import record

    record(tmp_path, recipe(seed=7))
    said = msgspec.json.decode((tmp_path / "training.json").read_bytes(), type=type(recipe()))
    assert said.seed == 7
