"""Lines by poppler's program, played by a script that prints what poppler 22.12 printed."""

import pytest

from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Limits
from vanguard.documents.layers.extractors.poppler import PopplerExtractor, program
from vanguard.documents.page import Box

XHTML = """<doc>
  <page width="595.000000" height="842.000000">
    <flow>
      <block xMin="60.0" yMin="90.0" xMax="120.0" yMax="104.0">
        <line xMin="60.0" yMin="90.0" xMax="120.0" yMax="104.0">
          <word xMin="90.000000" yMin="90.000000" xMax="120.000000" yMax="104.000000">&quot;حقوق&quot;</word>
          <word xMin="60.000000" yMin="90.000000" xMax="85.000000" yMax="104.000000">الإنسان</word>
        </line>
      </block>
    </flow>
  </page>
</doc>"""


@pytest.fixture
def plays(tmp_path, monkeypatch):
    def plays(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "pdftotext").write_text("#!/bin/sh\n" + script, encoding="utf-8")
        (folder / "pdftotext").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
        opened = PopplerExtractor().open(tmp_path / "a.pdf", "secret", Limits(page_s=0.3))
        return opened.read(0)

    return plays


def test_words_have_boxes_in_the_programs_order(plays):
    page = plays(f"cat <<'END'\n{XHTML}\nEND\n")
    assert (page.width, page.height) == (595, 842)
    assert [word.text for word in page.lines[0].words] == ['"حقوق"', "الإنسان"]
    assert page.lines[0].box == Box(60, 90, 120, 104)


def test_the_password_and_the_page_are_given(plays):
    page = plays('echo "<page width=\\"1\\" height=\\"1\\"><line ><word xMin=\\"0\\" yMin=\\"0\\" '
                 'xMax=\\"1\\" yMax=\\"1\\">$*</word></line>"\n')  # fmt: skip
    assert "-f 1 -l 1 -enc UTF-8 -upw secret" in page.lines[0].text


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("echo 'Command Line Error: Incorrect password' >&2; exit 1\n", DocumentLocked),
        ("echo 'Syntax Error: broken' >&2; exit 1\n", DocumentUnreadable),
        ("exec sleep 20\n", DocumentUnreadable),
    ],
)
def test_failures_are_told_apart(plays, script, error):
    with pytest.raises(error):
        plays(script)


def test_without_the_program_there_is_no_extractor(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() is None
    with pytest.raises(DocumentUnreadable):
        PopplerExtractor().open(tmp_path / "a.pdf", "", Limits())
