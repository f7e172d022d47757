import subprocess
import sys

import click
import pytest

from vanguard.cli import main as module
from vanguard.cli.main import VERBS, LazyGroup, Verb, main, python_fault, vanguard
from vanguard.core.errors import SettingsError


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vanguard", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def failing(error: BaseException) -> click.Command:
    def verb() -> None:
        raise error

    return click.Command("failing", callback=verb)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Puts a verb that ends as the test says into the table."""

    def put(command: click.Command) -> None:
        monkeypatch.setattr(module, "_TEST_VERB", command, raising=False)
        verbs = {**VERBS, "test": Verb("vanguard.cli.main:_TEST_VERB", "For the test.")}
        monkeypatch.setattr(LazyGroup, "verbs", verbs)

    return put


def test_the_overview_loads_no_verb_and_no_heavy_library() -> None:
    script = (
        "import sys; from vanguard.cli.main import main; main(['--help']);"
        "print([m for m in ('pydantic', 'yaml', 'fastapi', 'httpx', 'rich', 'vanguard.cli.up')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    for name, verb in VERBS.items():
        assert f"  {name} " in done.stdout
        assert verb.help in done.stdout


def test_the_table_says_what_each_verb_says() -> None:
    with click.Context(vanguard) as context:
        for name, verb in VERBS.items():
            command = vanguard.get_command(context, name)
            assert command is not None, name
            assert command.name == name
            assert command.get_short_help_str(200) == verb.help


def test_wrong_usage_is_one_line_and_two() -> None:
    done = run("upp")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "vanguard: no such command 'upp'; did you mean 'up'?; see: vanguard --help\n"
    )
    done = run("version", "--jsno")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("see: vanguard version --help\n")


def test_no_verb_shows_the_overview() -> None:
    done = run()
    assert done.returncode == 2
    assert "Commands:" in done.stdout + done.stderr


def test_results_of_verbs_are_exit_codes(put) -> None:  # type: ignore[no-untyped-def]
    put(click.Command("test", callback=lambda: 1))
    assert main(["test"]) == 1
    put(click.Command("test", callback=lambda: None))
    assert main(["test"]) == 0


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (SettingsError("a: wrong\nb: too"), 1, "vanguard: a: wrong\nvanguard: b: too\n"),
        (FileNotFoundError(2, "No such file", "/x"), 1, "vanguard: /x: No such file\n"),
        (
            ZeroDivisionError("a\nb"),
            1,
            "vanguard: unexpected ZeroDivisionError: a b; VANGUARD_DEBUG=1 shows where\n",
        ),
        (click.ClickException("no"), 1, "vanguard: no\n"),
        (click.UsageError("bad."), 2, "vanguard: bad; see: vanguard test --help\n"),
        (KeyboardInterrupt(), 130, "\n"),
        (click.Abort(), 130, ""),
    ],
)
def test_errors_are_lines_and_codes(  # type: ignore[no-untyped-def]
    put, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, said: str
) -> None:
    put(failing(error))
    assert main(["test"]) == status
    assert capsys.readouterr().err == said


def test_a_traceback_only_when_asked(  # type: ignore[no-untyped-def]
    put, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VANGUARD_DEBUG", "1")
    put(failing(SettingsError("a")))
    assert main(["test"]) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_reader_that_went_away_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m vanguard up --help | true; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


def test_an_old_python_is_named() -> None:
    assert python_fault((3, 11, 0)) == ""
    assert python_fault((3, 10, 9)) == "Vanguard needs Python 3.11 or newer, this is 3.10.9"


def test_public_names_are_lazy_and_there() -> None:
    script = (
        "import sys, vanguard; before = len(sys.modules);"
        "assert 'vanguard.sdk' not in sys.modules; assert 'httpx' not in sys.modules;"
        "assert set(vanguard.__all__) <= set(dir(vanguard));"
        "print(vanguard.__version__, vanguard.Client.__name__, vanguard.AsyncClient.__name__);"
        "from vanguard import Client;"
        "getattr(vanguard, 'nothing', None) is None or sys.exit('there is something')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0.1.0 Client AsyncClient\n"
