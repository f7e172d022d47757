"""Loading a model from a folder."""

import shutil

import pytest

from support.documents.training import recipe
from vanguard.core.errors import SettingsError

pytestmark = pytest.mark.e2e


def test_images_get_the_recipes_size(tiny):
    from PIL import Image

    from vanguard.documents.train.model.base import load_processor

    processor = load_processor(tiny, recipe(min_image_tokens=4, max_image_tokens=10))
    made = processor(
        images=[[Image.new("RGB", (900, 900))]], text=["<|image_pad|>"], return_tensors="pt"
    )
    assert made["input_ids"].shape[1] == 9


@pytest.mark.parametrize("name", ["chat_template.json", "tokenizer_config.json"])
def test_templates_of_older_models_are_found(tiny, tmp_path, name):
    import json

    from vanguard.documents.train.model.base import load_processor

    folder = shutil.copytree(tiny, tmp_path / "model")
    template = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(SettingsError, match="no chat template"):
        load_processor(folder, recipe())
    path = folder / name
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | {"chat_template": template}))
    assert load_processor(folder, recipe()).chat_template == template


def test_damaged_files_are_settings_errors(tiny, tmp_path):
    import torch

    from vanguard.documents.train.model.base import load_model, load_processor

    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / "preprocessor_config.json").unlink()
    with pytest.raises(SettingsError, match="tokenizer or image processor"):
        load_processor(folder, recipe())
    (folder / "model.safetensors").unlink()
    with pytest.raises(SettingsError, match="cannot be loaded"):
        load_model(folder, torch.float32)


def test_weights_that_learn_are_exact_and_frozen_ones_are_small():
    import torch

    from vanguard.documents.train.model.base import served_dtype, trained_dtype

    half, lora = recipe(precision="bfloat16"), recipe(precision="bfloat16", method="lora")
    assert (trained_dtype(half), served_dtype(half)) == (torch.float32, torch.bfloat16)
    assert (trained_dtype(lora), served_dtype(lora)) == (torch.bfloat16, torch.bfloat16)
    assert served_dtype(recipe()) == torch.float32


def test_no_hub_is_asked():
    import huggingface_hub

    import vanguard.documents.train.model  # noqa: F401

    assert huggingface_hub.is_offline_mode()
