"""The table of `vanguard documents`."""

import click
import pytest

from vanguard.cli.documents.group import VERBS, documents
from vanguard.cli.main import main


def test_the_table_says_what_each_verb_says():
    with click.Context(documents) as context:
        for name, verb in VERBS.items():
            command = documents.get_command(context, name)
            assert command is not None, name
            assert command.name == name
            assert command.get_short_help_str(200) == verb.help


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("cv2", "vanguard: this needs cv2: pip install 'vanguard-ai[documents]'\n"),
        ("vanguard.nowhere", "vanguard: unexpected ModuleNotFoundError"),
    ],
)
def test_a_library_that_is_missing_is_named_with_what_to_install(
    monkeypatch, capsys, tmp_path, missing, said
):
    def fail(*_):
        raise ModuleNotFoundError("no", name=missing)

    monkeypatch.setattr("vanguard.compose.batches.open_workshop", fail)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    assert main(["documents", "read", str(tmp_path / "a.pdf")]) == 1
    assert capsys.readouterr().err.startswith(said)
