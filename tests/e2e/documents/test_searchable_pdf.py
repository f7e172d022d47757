"""Searchable PDFs before readers that are programs of their own: what comes back is what the guide says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.clients.packages import npm_package
from support.pages import LINES, document, promised, verdict
from vanguard.documents.formats.pdf.scans import write_scans
from vanguard.documents.formats.structured import to_json

# the last line of versions that runs on Node 20
PDFJS = "pdfjs-dist@4.10.38"
SCRIPT = """\
import fs from 'node:fs';
import { getDocument } from '%s/pdfjs-dist/legacy/build/pdf.mjs';
const data = new Uint8Array(fs.readFileSync(process.argv[2]));
const pdf = await getDocument({ data, verbosity: 0 }).promise;
const { items } = await (await pdf.getPage(1)).getTextContent();
console.log(items.map(({ str, hasEOL }) => str + (hasEOL ? '\\n' : '')).join(''));
"""


@pytest.fixture
def pdf(tmp_path):
    path = tmp_path / "read.pdf"
    with path.open("wb") as out:
        write_scans(document(), lambda number: None, out)
    return path


def said(*command):
    return subprocess.run(
        command, check=True, capture_output=True, text=True, encoding="utf-8", timeout=120
    ).stdout


@pytest.mark.poppler
def test_poppler(pdf):
    text = said("pdftotext", "-enc", "UTF-8", str(pdf), "-")
    assert {kind: verdict(kind, text) for kind in LINES} == promised("poppler")


@pytest.mark.e2e
def test_pdfjs(pdf, tmp_path):
    script = tmp_path / "read.mjs"
    script.write_text(SCRIPT % npm_package(PDFJS), "utf-8")
    text = said(shutil.which("node"), str(script), str(pdf))
    assert {kind: verdict(kind, text) for kind in LINES} == promised("pdf.js")


@pytest.mark.e2e
def test_the_command_as_a_process(tmp_path):
    (tmp_path / "read.json").write_bytes(to_json(document()))
    command = [Path(sys.executable).parent / "vanguard", "documents", "convert", "read.json"]
    done = subprocess.run(
        [*command, "-o", "read.md"], cwd=tmp_path, check=False, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "كتاب جديد" in (tmp_path / "read.md").read_text("utf-8")
