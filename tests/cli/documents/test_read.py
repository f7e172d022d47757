"""`vanguard documents read`, with real processes that read small pages."""

import json

import pytest
from PIL import Image

from support.documents.drawing import drawn
from vanguard.cli.main import main

pytestmark = pytest.mark.e2e  # each starts processes
TEXT = ("alpha beta gamma", "delta epsilon zeta")


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "in" / "scan.png"
    path.parent.mkdir()
    Image.fromarray(drawn(TEXT, size_px=30, wide=500)).save(path, dpi=(150, 150))
    return path


def run(*arguments):
    return main(
        ["documents", "read", *map(str, arguments), "--languages", "eng", "--processes", "1"]
    )


def test_one_file_is_printed_as_markdown(scan, capfdbinary):
    assert run(scan) == 0
    out, err = capfdbinary.readouterr()
    assert out.decode().split() == " ".join(TEXT).split()
    assert err == b""


def test_a_suffix_names_the_format(scan, tmp_path):
    assert run(scan, "-o", tmp_path / "out.json") == 0
    assert json.loads((tmp_path / "out.json").read_bytes())["source"] == "scan.png"
    assert run(scan, "-o", tmp_path / "out.odt") == 1


def test_a_folder_of_files_with_a_broken_one_among_them(scan, tmp_path, capfd):
    (scan.parent / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    out = tmp_path / "out"
    assert run(scan.parent, "-o", out, "--format", "markdown", "--format", "json") == 1
    assert {path.name for path in out.iterdir()} == {".vanguard", "scan.md", "scan.json"}
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"vanguard: {scan.parent / 'broken.pdf'}: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.pdf",), "no such file or folder"),
        (("{scan}", "{scan}", "--format", "html", "--format", "json"), "name one with --output"),
        (("{scan}", "-o", "out.md", "--format", "html"), "a file's suffix names its format"),
        (("{scan}", "--languages", "fas"), "no data for 'fas'"),
    ],
)
def test_wrong_wishes_are_said_in_one_line(scan, capfd, arguments, words):
    assert main(["documents", "read", *(str(one).format(scan=scan) for one in arguments)]) == 1
    err = capfd.readouterr().err
    assert words in err
    assert err.count("\n") == 1
