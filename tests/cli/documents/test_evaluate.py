"""`vanguard documents evaluate` as it is called."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from vanguard.cli.documents import evaluate as module
from vanguard.cli.main import main, vanguard
from vanguard.documents.evaluate.forms.registry import FORMS


@pytest.fixture
def folders(tmp_path):
    for name, texts in {
        "true": {"a": "# باب\nنص ١٢", "b": "نص آخر"},
        "read": {"a": "# باب\nنص ١٣", "c": "زيادة"},
    }.items():
        (tmp_path / name).mkdir()
        for stem, text in texts.items():
            (tmp_path / name / f"{stem}.md").write_text(text)
    return tmp_path


def run(*arguments):
    # through the root: click keeps the names of the help option that it was first called with
    words = ["documents", "evaluate", *map(str, arguments)]
    return CliRunner().invoke(vanguard, words, catch_exceptions=False)


def test_figures_in_a_pipe_are_fields(folders):
    done = run(folders / "read", folders / "true", "--draws", 20)
    lines = dict(line.split("\t")[:2] for line in done.stdout.splitlines())
    assert lines["failed"] == "0.5000"
    assert lines["numbers_exact"] == "0.0000"
    assert lines["teds"] == ""
    assert lines["cer_over_one"] == "0.0000"
    assert "extra, not scored" in done.stderr
    assert done.exit_code == 0


def test_json_is_the_whole_evaluation(folders):
    done = run(folders / "read", folders / "true", "--json", "--profile", "lenient")
    found = json.loads(done.stdout)
    assert found["method"]["profile"] == "lenient"
    assert [page["name"] for page in found["pages"]] == ["b", "a"]
    assert found["pages"][0]["failed"] == "no prediction"
    assert found["extra"] == [str(folders / "read" / "c.md")]


def test_a_report_is_written(folders):
    run(folders / "read", folders / "true", "--report", folders / "r.html")
    assert "<!doctype html>" in (folders / "r.html").read_text("utf-8")


def test_facts_are_checked(folders):
    lines = [
        {"type": "present", "id": "1", "document": "a", "text": "باب"},
        {"type": "number", "id": "2", "document": "a", "number": "١٢"},
        {"type": "absent", "id": "3", "document": "b", "text": "لا"},
    ]
    facts = folders / "facts.jsonl"
    facts.write_text("\n".join(map(json.dumps, lines)))
    done = run(folders / "read", facts, "--draws", 0)
    assert "all\t3\t0.3333\t" in done.stdout
    found = json.loads(run(folders / "read", facts, "--json").stdout)
    assert [one["id"] for one in found["results"] if one["wrong"]] == ["2", "3"]
    done = run(folders / "read", facts, "--report", folders / "r.html")
    assert (done.exit_code, "file of facts has none" in done.stderr) == (2, True)


def test_a_bad_file_of_facts_is_one_line(folders, capsys):
    (folders / "facts.jsonl").write_text("{}")
    code = main(["documents", "evaluate", str(folders / "read"), str(folders / "facts.jsonl")])
    assert code == 1
    assert f"vanguard: {folders}/facts.jsonl:1: no fact" in capsys.readouterr().err


def test_a_report_nowhere_is_said_before_the_work(folders):
    done = run(folders / "read", folders / "true", "--report", folders / "no" / "r.html")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no folder" in done.stderr


def test_a_truth_that_cannot_be_read_is_told_and_fails_the_call(folders, capsys):
    (folders / "true" / "x.md").write_bytes(b"\xff")
    assert main(["documents", "evaluate", str(folders / "read"), str(folders / "true")]) == 1
    assert "x.md: no UTF-8" in capsys.readouterr().err


def test_profiles_are_the_forms():
    assert tuple(FORMS) == module.PROFILES


def test_help_loads_no_scorer_and_a_missing_extra_is_named(tmp_path):
    (tmp_path / "a.md").write_text("نص")
    script = (
        "import sys; from vanguard.cli.main import main; main(['documents', 'evaluate', '--help']);"
        "print([m for m in ('lxml', 'sacrebleu', 'apted', 'rapidfuzz', 'numpy', 'markdown_it')"
        " if m in sys.modules]);"
        "sys.modules['sacrebleu'] = None;"
        f"sys.exit(main(['documents', 'evaluate', {str(tmp_path)!r}, {str(tmp_path)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.returncode == 1
    assert "pip install 'vanguard-ai[documents]'" in done.stderr
    assert done.stderr.count("\n") == 1
