"""`vanguard documents train`: its options, what it says, and its exit codes."""

import msgspec
import pytest
import yaml

from vanguard.cli.documents.train import train
from vanguard.cli.main import main
from vanguard.documents.train import run as runs
from vanguard.documents.train.gate.bar import JUDGED, MARGIN, Judged, Verdict
from vanguard.documents.train.settings import Recipe

PASSED = Verdict(
    passed=True,
    judged=(
        Judged(
            figure="cer",
            against="base",
            candidate=0.1,
            bar=0.2,
            interval=(-0.2, -0.05),
            passed=True,
        ),
    ),
    silent=("teds",),
    margin=0.01,
    documents=9,
)


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the run was asked for; `asked.report` is what it returns."""

    class Asked:
        report = runs.Report(9, {"too_long": 2, "benchmark": 0}, tmp_path / "model", PASSED)

        def run(self, recipe, bar, places, listen):
            self.recipe, self.bar, self.places = recipe, bar, places
            listen("step", 10, 2000, {"loss": 1.25})
            return self.report

    made = Asked()
    monkeypatch.setattr(runs, "run", made.run)
    return made


def call(*more):
    return main(["documents", "train", "pages", "--base", "base", "-o", "out", *more])


def test_a_promoted_model_is_told(asked, capsys, tmp_path):
    assert call("--held-out", "held", "--avoid", "a", "--avoid", "b", "--method", "lora") == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"trained on 9 pages: {tmp_path / 'model'}",
        "FIGURE\tCANDIDATE\tBAR\t95% OF DIFFERENCE\tNO WORSE",
        "cer\t0.1000\t0.2000 (base)\t-0.2000 to -0.0500\tyes",
        "promoted: out/promoted",
    ]
    assert said.err.splitlines() == [
        "step 10 of 2,000, loss 1.2500",
        "left out: 2 pages (too long)",
        "teds: no page has a say in it",
    ]
    assert asked.recipe == Recipe(method="lora")
    assert (asked.bar.figures, asked.bar.margin) == (JUDGED, MARGIN)
    assert [str(folder) for folder in asked.places.avoid] == ["a", "b"]


def test_what_falls_through_has_an_exit_code_of_its_own(asked, capsys, tmp_path):
    asked.report = runs.Report(
        9, {}, tmp_path / "model", msgspec.structs.replace(PASSED, passed=False)
    )
    assert call("--held-out", "held") == 3
    assert f"not promoted, kept: {tmp_path / 'model'}" in capsys.readouterr().out
    assert call("--held-out", "held", "--unpromoted-ok") == 0


def test_without_a_gate_it_is_said(asked, capsys, tmp_path):
    asked.report = runs.Report(9, {}, tmp_path / "model")
    assert call() == 0
    assert "not promoted: there are no held-out pages" in capsys.readouterr().out


def test_a_process_that_leaves_writing_to_another_says_nothing(asked, capsys):
    asked.report = runs.Report(9, {}, None)
    assert call() == 0
    assert capsys.readouterr().out == ""


def test_the_bar_is_names_and_values(asked):
    assert call("--bar", "teds, cer=0.05", "--margin", "0", "--seed", "4") == 0
    assert (asked.bar.figures, asked.bar.fixed) == (("teds",), {"cer": 0.05})
    assert (asked.bar.margin, asked.bar.seed, asked.recipe.seed) == (0.0, 4, 4)


def test_a_file_has_settings_and_flags_go_over_it(asked, tmp_path):
    path = tmp_path / "train.toml"
    path.write_text("epochs = 2\nsave_steps = 7\n")
    assert call("--settings", str(path), "--epochs", "1") == 0
    assert (asked.recipe.epochs, asked.recipe.save_steps) == (1.0, 7)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--bar", "cer=low"), 2, "--bar: 'low' is no number"),
        (("--method", "full"), 2, "'full' is not one of"),
        (("--epochs", "-1"), 1, "training settings: Expected `float` > 0.0"),
        (("--gpus", "2"), 2, "--gpus is for --emit"),
    ],
)
def test_bad_options_are_one_line(asked, capsys, options, code, message):
    assert call(*options) == code
    said = capsys.readouterr().err
    assert message in said
    assert len(said.splitlines()) == 1


def test_settings_for_a_cluster_are_written_and_nothing_is_trained(asked, capsys, tmp_path):
    path = tmp_path / "job.yaml"
    words = ["documents", "train", "/data/pages", "--base", "/data/base", "-o", str(path)]
    words += ["--held-out", "/data/held", "--bar", "cer", "--emit", "kubernetes", "--gpus", "4"]
    assert main([*words, "--image", "registry/train:1", "--run", "/data/out"]) == 0
    assert capsys.readouterr().out == f"written for kubernetes, not run: {path}\n"
    assert not hasattr(asked, "recipe")
    _, job = yaml.safe_load_all(path.read_text())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    command = " ".join(container["command"])
    assert container["image"] == "registry/train:1"
    assert "--output /data/out" in command
    assert command.endswith("--held-out /data/held --bar cer --margin 0.01 --unpromoted-ok")


def test_the_words_of_a_job_are_words_of_the_verb(asked, tmp_path):
    path = tmp_path / "job.yaml"
    words = ["documents", "train", "/data/pages", "--base", "/data/base", "-o", str(path)]
    assert main([*words, "--emit", "hyperpod", "--held-out", "/data/held"]) == 0
    settings, job = yaml.safe_load_all(path.read_text())
    (replica,) = job["spec"]["replicaSpecs"]
    (container,) = replica["template"]["spec"]["containers"]
    command = container["command"]
    (tmp_path / "train.toml").write_text(settings["data"]["train.toml"])
    command[command.index("--settings") + 1] = str(tmp_path / "train.toml")
    assert main(command[command.index("vanguard") + 1 :]) == 0
    assert str(asked.places.base) == "/data/base"
    assert asked.recipe == Recipe()


def test_the_help_says_what_settings_are_by_default():
    recipe = Recipe()
    options = {parameter.name: parameter for parameter in train.params}
    for name in ("method", "epochs", "batch_pages", "accumulate", "precision", "seed", "steps"):
        value = getattr(recipe, name)
        shown = f"{value:g}" if isinstance(value, float) else value
        assert f"[default: {shown}" in (options[name].help or ""), name
    assert options["margin"].default == MARGIN
    assert ",".join(JUDGED) in options["bar"].help
