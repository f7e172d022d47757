"""`vanguard documents synth`: its options, and what it says."""

import json

import pytest

from support.synthetic import FONTS
from vanguard.cli.documents.synth import synth
from vanguard.cli.main import main
from vanguard.documents.synth.pages.kinds import KINDS
from vanguard.documents.synth.run.options import FORMATS


def call(out, *more):
    known = ("--paper", "210x260", "--dpi", "50", "--fonts", str(FONTS), "--workers", "1")
    return main(["documents", "synth", str(out), "--pages", "2", *known, *more])


def test_pages_are_made_and_told(tmp_path, capsys):
    code = call(tmp_path / "o", "--kinds", "letter, invoice", "--degrade", "none", "--split", "all")
    said = capsys.readouterr()
    assert code == 0
    assert said.out == f"2 pages made with 2 faces: {tmp_path / 'o'}\n"
    assert "apt-get install" in said.err
    lines = (tmp_path / "o" / "manifest.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["letter", "invoice"]
    assert call(tmp_path / "o", "--kinds", "letter,invoice", "--degrade", "none") == 0
    assert "0 pages made (2 were there)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--kinds", "plane"), 1, "no kind of page 'plane'"),
        (("--degrade", "rain"), 1, "no transform or family 'rain'"),
        (("--paper", "big"), 2, "--paper wants WIDTHxHEIGHT"),
        (("--format", "zip"), 2, "'zip' is not one of"),
        (("--fonts", "/nowhere"), 1, "no folder /nowhere"),
    ],
)
def test_bad_options_are_one_line(tmp_path, capsys, options, code, message):
    assert call(tmp_path / "o", *options) == code
    said = capsys.readouterr().err
    assert message in said
    assert len(said.splitlines()) == 1


def test_the_help_knows_all_kinds_and_formats():
    options = {parameter.name: parameter for parameter in synth.params}
    assert all(kind in options["kinds"].help for kind in KINDS)
    assert tuple(options["form"].type.choices) == FORMATS
