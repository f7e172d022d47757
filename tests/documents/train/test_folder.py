"""A run's folder."""

import json

import msgspec
import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.train.base_model import Base
from vanguard.documents.train.folder import Folder, Promotion, Run
from vanguard.documents.train.gate.bar import Verdict
from vanguard.documents.train.settings import Recipe

RUN = Run(
    recipe=Recipe(),
    base=Base("/base", {"model.safetensors": "aa"}),
    data={"chat.jsonl": "bb"},
    held_out={},
    pages=3,
    left_out={"too_long": 1},
    versions={"torch": "2"},
)


def changed(**fields):
    return msgspec.structs.replace(RUN, **fields)


def test_the_same_run_goes_on(tmp_path):
    folder = Folder(tmp_path / "out")
    folder.begin(RUN)
    folder.begin(changed(base=Base("/moved", {"model.safetensors": "aa"})))
    assert json.loads((tmp_path / "out/run.json").read_text())["pages"] == 3


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (changed(recipe=Recipe(seed=1)), "a run with seed 0, not 1"),
        (changed(base=Base("/base", {"model.safetensors": "cc"})), "another base model"),
        (changed(data={"chat.jsonl": "cc"}), "another data set"),
        (changed(held_out={"chat.jsonl": "cc"}), "other held-out pages"),
        (changed(left_out={}), "another choice of pages"),
        (changed(versions={}), "other library versions"),
    ],
)
def test_another_run_is_refused(tmp_path, other, message):
    folder = Folder(tmp_path)
    folder.begin(RUN)
    with pytest.raises(SettingsError, match=message):
        folder.begin(other)


def test_another_process_of_the_run_may_begin_at_the_same_time(tmp_path):
    (tmp_path / ".run.json.4711.part").write_text("{")
    Folder(tmp_path).begin(RUN)
    Folder(tmp_path).begin(RUN)


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(SettingsError, match="holds something else"):
        Folder(tmp_path).begin(RUN)


def ended(folder):
    with folder.new_model(5) as place:
        (place / "half").write_text("")
        raise OSError("the disk is full")


def test_a_model_has_its_name_when_it_is_whole(tmp_path):
    folder = Folder(tmp_path)
    with pytest.raises(OSError, match="full"):
        ended(folder)
    assert folder.model() is None
    with folder.new_model(5) as place:
        assert not any(place.iterdir())
    assert folder.model() == tmp_path / "models" / "step-00000005"


def test_what_is_promoted_is_linked_and_taken_back(tmp_path):
    folder = Folder(tmp_path)
    for step in (5, 7):
        with folder.new_model(step) as place:
            (place / "weights").write_text(str(step))
        promotion = Promotion(
            model=f"models/step-{step:08d}",
            at="2026-11-26T00:00:00+00:00",
            run=RUN,
            figures={"cer": 0.1},
            base_figures={},
            verdict=Verdict(passed=True, judged=(), silent=(), margin=0.0, documents=2),
        )
        folder.promote(promotion)
        assert (tmp_path / "promoted" / "weights").read_text() == str(step)
    said = msgspec.json.decode((tmp_path / "promoted.json").read_bytes(), type=Promotion)
    assert said == promotion
    folder.demote()
    assert not (tmp_path / "promoted").exists()
    assert not (tmp_path / "promoted.json").exists()
    folder.demote()
