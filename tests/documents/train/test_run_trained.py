"""A whole run with a tiny model: learnt, measured, promoted or kept."""

import json

import msgspec
import pytest

from support.documents import pages_to_learn
from support.documents.training import recipe, weights
from vanguard.core.errors import SettingsError
from vanguard.documents.train.folder import Promotion
from vanguard.documents.train.gate.bar import Bar
from vanguard.documents.train.run import Places, run

pytestmark = pytest.mark.e2e


class EndedError(Exception):
    """The run was ended here."""


@pytest.fixture(scope="module")
def held_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("held-out")
    pages_to_learn.make(folder, paper=250)
    return folder


@pytest.fixture(scope="module")
def places(tiny, learnt, held_out, tmp_path_factory):
    return Places(learnt, tiny, tmp_path_factory.mktemp("run") / "out", held_out)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def report(places, told):
    """A run that is ended while held-out pages are read, and goes on."""

    def heard(what, done, count, logs):
        told.append((what, done, count))
        if (what, done) == ("page read by candidate", 3):
            raise EndedError

    with pytest.raises(EndedError):
        run(recipe(), Bar(), places, heard)
    return run(recipe(), Bar(), places, lambda *event: told.append(event[:3]))


def test_loss_falls(report, places):
    lines = (places.out / "training.jsonl").read_text().splitlines()
    losses = [one["loss"] for one in map(json.loads, lines) if "loss" in one]
    assert len(losses) == 12
    assert losses[-1] < losses[0] / 4


def test_a_better_model_is_promoted_with_its_figures(report, places):
    assert report.verdict.passed
    assert (places.out / "promoted").resolve() == report.model
    said = msgspec.json.decode((places.out / "promoted.json").read_bytes(), type=Promotion)
    assert said.figures["cer"] < 0.2 < said.base_figures["cer"]
    assert said.model == "models/step-00000060"
    assert said.verdict == report.verdict
    assert set(said.run.base.sha256) >= {"config.json", "model.safetensors"}
    assert said.run.pages == len(pages_to_learn.ANSWERS)
    assert (report.model / "training.json").is_file()


def test_nothing_is_done_twice(report, told):
    assert told.count(("step", 60, 60)) == 1
    for reader in ("candidate", "base"):
        read = [done for what, done, _ in told if what == f"page read by {reader}"]
        assert read == [1, 2, 3, 4, 5, 6]


def test_readings_are_files_that_evaluate_can_look_at(report, places, capsys):
    from vanguard.cli.main import main

    folder = places.out / "held_out"
    assert main(["documents", "evaluate", str(folder / "candidate"), str(folder / "truth")]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("cer\t"))
    assert float(line.split("\t")[1]) == pytest.approx(report.figures["cer"], abs=1e-4)


def test_a_model_that_falls_through_is_kept_and_not_promoted(report, places):
    again = run(recipe(), Bar(figures=(), fixed={"chrf": 250.0}), places, lambda *_: None)
    assert not again.verdict.passed
    assert again.model == report.model
    assert again.model.is_dir()
    assert not (places.out / "promoted").exists()
    assert not json.loads((places.out / "verdict.json").read_text())["passed"]
    run(recipe(), Bar(), places, lambda *_: None)
    assert (places.out / "promoted").exists()


def test_another_recipe_in_the_same_folder_is_refused(report, places):
    with pytest.raises(SettingsError, match="a run with seed 0, not 1"):
        run(recipe(seed=1), Bar(), places, lambda *_: None)


def test_without_held_out_pages_nothing_is_promoted(tiny, learnt, tmp_path):
    asked = recipe(method="lora", steps=2, precision="bfloat16")
    found = run(asked, Bar(), Places(learnt, tiny, tmp_path / "out"), lambda *_: None)
    assert found.verdict is None
    assert not (tmp_path / "out/promoted").exists()
    kinds = {str(tensor.dtype) for tensor in weights(found.model).values()}
    assert kinds == {"torch.bfloat16"}


def test_when_every_page_is_left_out_it_says_why(tiny, learnt, tmp_path):
    places = Places(learnt, tiny, tmp_path / "out", held_out=learnt)
    with pytest.raises(SettingsError, match=r"no page is left to learn from.*6 \(held_out\)"):
        run(recipe(), Bar(), places, lambda *_: None)
