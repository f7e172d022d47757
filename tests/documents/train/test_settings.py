"""The recipe: from a file and from flags, with bounds."""

import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.train.settings import Recipe, dumps, load


def test_flags_go_over_the_file(tmp_path):
    path = tmp_path / "train.toml"
    path.write_text('method = "lora"\nepochs = 1.5\nseed = 3\n')
    recipe = load(path, {"seed": 4})
    assert (recipe.method, recipe.epochs, recipe.seed) == ("lora", 1.5, 4)
    assert load(None, {}) == Recipe()


def test_what_is_written_is_read_as_the_same(tmp_path):
    recipe = load(None, {"method": "lora", "vision_learning_rate": 1e-6, "steps": 7})
    path = tmp_path / "train.toml"
    path.write_text(dumps(recipe))
    assert load(path, {}) == recipe


def test_images_are_counted_in_squares_of_28_pixels():
    assert Recipe(min_image_tokens=4, max_image_tokens=10).image_px == (3136, 7840)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch = 3", "unknown field `epoch`"),
        ("learning_rate = 2.0", "<= 1.0 - at `$.learning_rate`"),
        ('method = "full"', "Invalid enum value 'full' - at `$.method`"),
        ("min_image_tokens = 9\nmax_image_tokens = 8", "min_image_tokens 9 is above"),
        ("max_tokens = 1000", "leaves no room for an answer"),
        ("epochs =", "no TOML"),
    ],
)
def test_wrong_settings_are_named(tmp_path, text, message):
    path = tmp_path / "train.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=message.replace("$", r"\$")):
        load(path, {})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.toml: No such file"):
        load(tmp_path / "none.toml", {})
